package generator

import "fmt"

func stringForms() []form {
	return []form{
		is("cel: concatenation", "%s + %s", typeString, typeString),
		is("cel: concatenation in parentheses", "(%s + '-' + %s)", typeString, typeString),
		is("cel: ternary", "(%s ? %s : %s)", typeBool, typeString, typeString),
		is("cel: string(int)", "string(%s)", typeInt),
		is("cel: string(bool)", "string(%s)", typeBool),
		is("cel: string(double)", "string(%s)", typeDouble),
		is("cel: string(bytes)", "string(%s)", typeBytes),
		{"cel: orValue", func(x *expressions) string { return optionalTerm(x) + x.join(".orValue(%s)", typeString) }},
		{"cel: or", func(x *expressions) string {
			return optionalTerm(x) + x.join(".or(optional.of(%s)).value()", typeString)
		}},
		{"cel: optMap", func(x *expressions) string {
			return optionalTerm(x) + x.join(".optMap(found, found + '!').orValue(%s)", typeString)
		}},
		{"cel: guarded by has", guarded},
		is("cel: optional.of", "optional.of(%s).orValue('no')", typeString),
		is("cel: optional.ofNonZeroValue", "optional.ofNonZeroValue(%s).orValue('zero')", typeString),
		is("cel: dyn", "dyn(%s)", typeString),
		is("cel: cel.bind", "cel.bind(bound, %s, bound + '-' + bound)", typeString),
		is("cel: map literal select", "{'first': %s, 'second': %s}.first", typeString, typeString),
		is("cel: map literal index", "{'first': %s}['first']", typeString),
		is("cel: list index", "[%s, %s][1]", typeString, typeString),
		is("cel: list first", "%s.first().orValue('empty')", typeStrings),
		is("cel: list last", "%s.last().orValue('empty')", typeStrings),
		is("cel: optional index", "%s[?0].orValue('empty')", typeStrings),
		is("cel: join", "%s.join('-')", typeStrings),
		is("cel: join without separator", "%s.join()", typeStrings),
		{"cel: variable named like a node", shadowing},
		{"cel: index that may be missing", rarely("%s[4]", typeStrings)},
		{"cel: key that may be missing", rarely("%s.unlikely", typeLabels)},
		{"cel: json.marshal of a value", func(x *expressions) string { return "json.marshal(" + x.anyTerm() + ")" }},
		{"cel: dyn index", func(x *expressions) string { return x.join("dyn({'a-b': %s})['a-b']", typeString) }},
	}
}

func stringLibraryForms() []form {
	return []form{
		is("cel: lowerAscii", "%s.lowerAscii()", typeString),
		is("cel: upperAscii", "%s.upperAscii()", typeString),
		is("cel: replace", "%s.replace('a', 'b')", typeString),
		is("cel: replace n", "%s.replace('e', '', 1)", typeString),
		is("cel: trim", "%s.trim()", typeString),
		is("cel: reverse string", "%s.reverse()", typeString),
		is("cel: charAt", "%s.charAt(0)", typeString),
		is("cel: substring", "('ab' + %s).substring(0, 2)", typeString),
		is("cel: split", "%s.split('-')[0]", typeString),
		is("cel: strings.quote", "strings.quote(%s)", typeString),
		is("cel: format", "'%%s-%%d'.format([%s, %s])", typeString, typeInt),
		is("cel: find", "('n1' + %s).find('[0-9]+')", typeString),
		is("cel: base64.encode", "base64.encode(%s)", typeBytes),
		is("cel: base64.decode", "string(base64.decode('YWJj')) + %s", typeString),
		is("cel: json.marshal", "json.marshal({'name': %s, 'n': %s, 'list': %s})", typeString, typeInt, typeStrings),
		is("cel: json.unmarshal", "string(json.unmarshal('{\"a\": \"b\"}').a) + %s", typeString),
		is("cel: random.seededString", "random.seededString(6, %s)", typeString),
		constant("cel: url", "url('https://example.com:80/p?q=1').getHost()", "url('http://a.b/c').getEscapedPath()"),
		constant("cel: ip", "string(ip('10.0.0.1'))", "string(ip('::1').family())"),
		constant("cel: cidr", "string(cidr('10.0.0.0/8').ip())", "string(cidr('10.1.2.3/16').masked())"),
		constant("cel: semver", "string(semver('1.2.3').minor())"),
		constant("cel: quantity", "string(quantity('2Ki').asInteger())"),
		constant("cel: duration", "string(duration('90m'))"),
		constant("cel: timestamp", "string(timestamp('2024-02-03T04:05:06Z').getFullYear())", "string(timestamp('2024-02-03T04:05:06Z'))"),
		constant("cel: escaped text", `"\"quoted\" and \\ and \u00e9"`, `'it\'s'`, `"tab\there"`),
		constant("cel: brace in string", `"}"`, `"{" + "x" + "}"`),
		constant("cel: dollar in string", `"${NOT_CEL}"`, `"a ${b}"`),
	}
}

func intForms() []form {
	return []form{
		is("cel: addition", "%s + %s", typeInt, typeInt),
		is("cel: subtraction", "(%s - %s)", typeInt, typeInt),
		is("cel: multiplication", "(%s) * 2", typeInt),
		is("cel: division", "(%s) / 2", typeInt),
		is("cel: modulo", "(%s) %% 7", typeInt),
		is("cel: negation", "-(%s)", typeInt),
		is("cel: int ternary", "(%s ? %s : %s)", typeBool, typeInt, typeInt),
		is("cel: size of string", "size(%s)", typeString),
		is("cel: size of list", "%s.size()", typeStrings),
		is("cel: size of map", "size(%s)", typeLabels),
		is("cel: int(string)", "int('4' + '2') + %s", typeInt),
		is("cel: int(double)", "int(%s)", typeDouble),
		is("cel: indexOf", "%s.indexOf('a')", typeString),
		is("cel: sum", "%s.sum()", typeInts),
		is("cel: max", "(%s + [1]).max()", typeInts),
		is("cel: min", "([1] + %s).min()", typeInts),
		is("cel: random.seededInt", "random.seededInt(1, 100, %s)", typeString),
		{"cel: sum over items", ofItems("%s.map(entry, entry.port).sum()", typeInt)},
		is("cel: filter and size", "%s.filter(each1, each1 != %s).size()", typeStrings, typeString),
		constant("cel: url port", "int(url('https://example.com:8443').getPort())"),
		constant("cel: quantity compare", "quantity('1').compareTo(quantity('2'))"),
		constant("cel: sign", "sign(quantity('-1'))"),
	}
}

func boolForms() []form {
	return []form{
		is("cel: and", "%s && %s", typeBool, typeBool),
		is("cel: or operator", "(%s || %s)", typeBool, typeBool),
		is("cel: not", "!(%s)", typeBool),
		is("cel: equal strings", "%s == %s", typeString, typeString),
		is("cel: unequal", "%s != %s", typeInt, typeInt),
		is("cel: less", "%s < %s", typeInt, typeInt),
		is("cel: greater or equal", "%s >= %s", typeDouble, typeDouble),
		is("cel: compare strings", "%s > %s", typeString, typeString),
		is("cel: in list", "%s in %s", typeString, typeStrings),
		is("cel: in map", "%s in %s", typeString, typeLabels),
		{"cel: has", presence},
		is("cel: exists", "%s.exists(each1, each1 == %s)", typeStrings, typeString),
		is("cel: all", "%s.all(each1, size(each1) > 0)", typeStrings),
		is("cel: exists_one", "%s.exists_one(each1, each1 == %s)", typeStrings, typeString),
		is("cel: all of map", "%s.all(key, value, key != value)", typeLabels),
		is("cel: equal lists", "%s == %s", typeStrings, typeStrings),
		is("cel: equal maps", "%s == %s", typeLabels, typeLabels),
		constant("cel: null", "dyn(null) == null"),
		constant("cel: type", "type(1) == type(2)"),
		constant("cel: bool(string)", "bool('true')"),
	}
}

func boolLibraryForms() []form {
	return []form{
		is("cel: startsWith", "%s.startsWith('a')", typeString),
		is("cel: endsWith", "%s.endsWith(%s)", typeString, typeString),
		is("cel: contains", "%s.contains('e')", typeString),
		is("cel: matches", "%s.matches('^[a-z]+$')", typeString),
		is("cel: isSorted", "%s.isSorted()", typeStrings),
		is("cel: isURL", "isURL(%s)", typeString),
		is("cel: isIP", "isIP(%s)", typeString),
		is("cel: isQuantity", "isQuantity(%s)", typeString),
		is("cel: isSemver", "isSemver(%s)", typeString),
		constant("cel: containsIP", "cidr('10.0.0.0/8').containsIP('10.1.1.1')", "cidr('10.0.0.0/8').containsCIDR('11.0.0.0/16')"),
		constant("cel: semver compare", "semver('1.2.3').isLessThan(semver('1.10.0'))"),
		constant("cel: quantity less", "quantity('500m').isLessThan(quantity('1'))"),
		constant("cel: ip predicates", "ip('127.0.0.1').isLoopback()", "ip.isCanonical('::1')"),
		constant("cel: duration compare", "duration('1h') > duration('59m')"),
	}
}

func doubleForms() []form {
	return []form{
		is("cel: double arithmetic", "%s * %s", typeDouble, typeDouble),
		is("cel: double(int)", "double(%s)", typeInt),
		is("cel: double ternary", "(%s ? %s : %s)", typeBool, typeDouble, typeDouble),
		constant("cel: double(string)", "double('1.25')"),
		constant("cel: approximate float", "quantity('1500m').asApproximateFloat()"),
	}
}

func stringsForms() []form {
	return []form{
		is("cel: list literal", "[%s, %s]", typeString, typeString),
		is("cel: list concatenation", "%s + %s", typeStrings, typeStrings),
		is("cel: list ternary", "(%s ? %s : %s)", typeBool, typeStrings, typeStrings),
		is("cel: map", "%s.map(each1, each1 + %s)", typeStrings, typeString),
		is("cel: map with filter", "%s.map(each1, each1 != 'a', each1 + '-x')", typeStrings),
		is("cel: filter", "%s.filter(each1, size(each1) > %s)", typeStrings, typeInt),
		is("cel: nested comprehension", "%s.map(each1, [each1, %s].filter(each2, each2 != each1).join('.'))", typeStrings, typeString),
		is("cel: map of ints", "%s.map(each1, string(each1 + 1))", typeInts),
		is("cel: transformList", "%s.transformList(index, each1, string(index) + each1)", typeStrings),
		is("cel: transformList with filter", "%s.transformList(index, each1, index > 0, each1)", typeStrings),
		is("cel: keys of map", "%s.map(key, key).sort()", typeLabels),
		is("cel: split into list", "%s.split('-')", typeString),
		is("cel: split n", "%s.split('', 2)", typeString),
		is("cel: distinct", "%s.distinct()", typeStrings),
		is("cel: sort", "%s.sort()", typeStrings),
		is("cel: sortBy", "%s.sortBy(each1, size(each1))", typeStrings),
		is("cel: reverse list", "%s.reverse()", typeStrings),
		is("cel: slice", "(['x', 'y'] + %s).slice(1, 2)", typeStrings),
		is("cel: flatten", "[%s, %s].flatten()", typeStrings, typeStrings),
		is("cel: lists.setAtIndex", "lists.setAtIndex(['x', 'y'], 1, %s)", typeString),
		is("cel: lists.insertAtIndex", "lists.insertAtIndex(%s, 0, %s)", typeStrings, typeString),
		is("cel: lists.removeAtIndex", "lists.removeAtIndex(['x'] + %s, 0)", typeStrings),
		is("cel: optional element", "['x', ?optional.of(%s)]", typeString),
		is("cel: findAll", "%s.findAll('[a-z]')", typeString),
		{"cel: fields of items", ofItems("%s.filter(entry, entry.port >= 80).map(entry, entry.name)", typeStrings)},
	}
}

func intsForms() []form {
	return []form{
		is("cel: int list literal", "[%s, %s]", typeInt, typeInt),
		is("cel: lists.range", "lists.range(size(%s) %% 4)", typeString),
		is("cel: map to ints", "%s.map(each1, size(each1))", typeStrings),
		is("cel: int list filter", "%s.filter(each1, each1 > 1)", typeInts),
		is("cel: unwrap", "optional.unwrap([optional.of(%s), optional.none()])", typeInt),
	}
}

func labelsForms() []form {
	return []form{
		is("cel: map literal", "{'app': %s, 'part': %s}", typeString, typeString),
		is("cel: map literal with computed key", "{%s: %s}", typeString, typeString),
		is("cel: merge", "%s.merge(%s)", typeLabels, typeLabels),
		is("cel: map ternary", "(%s ? %s : %s)", typeBool, typeLabels, typeLabels),
		is("cel: transformMap", "%s.transformMap(key, value, value + '-x')", typeLabels),
		is("cel: transformMap with filter", "%s.transformMap(key, value, key != 'app', value)", typeLabels),
		is("cel: transformMapEntry", "['a', 'b'].transformMapEntry(index, each1, {each1: %s + string(index)})", typeString),
		is("cel: optional entry", "{?'app': optional.of(%s)}", typeString),
		is("cel: deepMerge", "dyn(%s).deepMerge({'x': %s})", typeLabels, typeString),
	}
}

func bytesForms() []form {
	return []form{
		is("cel: bytes", "bytes(%s)", typeString),
		is("cel: hash.sha256", "bytes(base64.encode(hash.sha256(%s)))", typeString),
		is("cel: hash.fnv64a", "bytes(base64.encode(hash.fnv64a(%s)))", typeString),
		is("cel: hash.md5", "bytes(base64.encode(hash.md5(%s)))", typeString),
	}
}

func anyForms() []form {
	return []form{
		is("cel: dyn of string", "dyn(%s)", typeString),
		is("cel: dyn of int", "dyn(%s)", typeInt),
		is("cel: mixed list", "[%s, %s, %s]", typeString, typeInt, typeBool),
		is("cel: mixed map", "{'s': %s, 'n': %s, 'l': %s}", typeString, typeInt, typeStrings),
		is("cel: nested literal", "{'outer': {'inner': [{'v': %s}]}}", typeString),
		is("cel: optional none to null", "{'a': %s}[?'b']", typeString),
		is("cel: mixed ternary", "(%s ? dyn(%s) : dyn(%s))", typeBool, typeString, typeInt),
		constant("cel: null literal", "null", "{'a': null, 'b': [null]}"),
		constant("cel: none inside a list", "[dyn(1), dyn(optional.none())]", "{'n': optional.none(), 's': optional.of('x')}"),
		constant("cel: duration as a value", "duration('1h30m')", "[duration('5400s'), duration('1ms')]"),
		constant("cel: timestamp as a value", "timestamp('2024-01-02T03:04:05.678+02:00')"),
		constant("cel: uint as a value", "3u", "[uint(4)]"),
		constant("cel: doubles as values", "[3.0, 0.1, 1e21, -0.5]"),
		{"cel: a whole value", func(x *expressions) string { return x.anyTerm() }},
	}
}

func looseForms() []form {
	return []form{
		is("cel: string for int or string", "%s", typeString),
		is("cel: int for int or string", "%s", typeInt),
		is("cel: either for int or string", "(%s ? dyn(%s) : dyn(%s))", typeBool, typeString, typeInt),
	}
}

// shadowing names a comprehension variable like a node, which hides the node.
func shadowing(x *expressions) string {
	id := "web"
	if len(x.g.nodes) > 0 {
		id = pick(x.g.dice, x.g.nodes...).id
	}
	return "['a', 'b'].map(" + id + ", " + id + " + " + x.literal(typeString) + ").join('')"
}

// rarely makes a form that finds nothing in careless cases, and something harmless in others.
func rarely(pattern string, t celType) func(*expressions) string {
	return func(x *expressions) string {
		if !x.g.careless || x.g.dice.chance(30) {
			return x.join("string(size(%s))", t)
		}
		return x.join(pattern, t)
	}
}

// ofItems makes a form about a list of the named type, or a plain value where there is none.
func ofItems(pattern string, result celType) func(*expressions) string {
	return func(x *expressions) string {
		items := x.terms.sure(typeItems)
		if len(items) == 0 {
			return x.leaf(result)
		}
		return fmt.Sprintf(pattern, pick(x.g.dice, items...).text)
	}
}

// anyTerm is any value that is sure to exist.
func (x *expressions) anyTerm() string {
	var all []string
	for _, candidate := range x.terms {
		if !candidate.optional {
			all = append(all, candidate.text)
		}
	}
	if len(all) == 0 {
		return "[1, 2]"
	}
	return pick(x.g.dice, all...)
}
