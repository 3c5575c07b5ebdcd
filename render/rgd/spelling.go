package rgd

import "strings"

// The names of an RGD are spelt with few characters. They are looked at one by one: these
// are the checks that every run makes, and regular expressions would have to be compiled
// for them in each process.

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isAlphanumeric(c byte) bool { return isLower(c) || isDigit(c) || 'A' <= c && c <= 'Z' }

// all reports that every character is one of those.
func all(s string, is func(c byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return true
}

// isLowerCamel reports letters and digits that begin with a lower case letter.
func isLowerCamel(s string) bool { return s != "" && isLower(s[0]) && all(s, isAlphanumeric) }

// isKind reports at most 63 letters and digits that begin with an upper case letter.
func isKind(s string) bool {
	return s != "" && len(s) <= 63 && 'A' <= s[0] && s[0] <= 'Z' && all(s, isAlphanumeric)
}

// isLabel reports a DNS label that begins with a letter, of any length (RFC 1035).
func isLabel(s string) bool { return s != "" && isLower(s[0]) && isPart(s) }

// isPart reports lower case letters, digits and dashes, with no dash at either end.
func isPart(s string) bool {
	return s != "" && s[0] != '-' && s[len(s)-1] != '-' && all(s, func(c byte) bool { return isLower(c) || isDigit(c) || c == '-' })
}

// isSubdomain reports parts with dots between them, of any length (RFC 1123).
func isSubdomain(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if !isPart(part) {
			return false
		}
	}
	return true
}

// isVersion reports a version such as v1, v2beta1 or v1alpha3.
func isVersion(s string) bool {
	rest, ok := strings.CutPrefix(s, "v")
	major := strings.TrimLeft(rest, "0123456789")
	if !ok || len(major) == len(rest) {
		return false
	}
	for _, stage := range []string{"alpha", "beta"} {
		if minor, ok := strings.CutPrefix(major, stage); ok {
			return minor != "" && all(minor, isDigit)
		}
	}
	return major == ""
}
