package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// enumsPath is the Go code from which Kubernetes makes its OpenAPI documents. The
// documents in the source tree are made with the feature OpenAPIEnums off,
// while it is on in every API server since 1.24.
const enumsPath = "pkg/generated/openapi/zz_generated.openapi.go"

// enums are the allowed values by the Go function that describes a type, then in
// the order of the source.
type enums map[string][]enum

type enum struct {
	path   []string // from the type's schema: "properties", "operations", "items"
	values []string
}

func readEnums(file string) (enums, error) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	all := enums{}
	for _, decl := range f.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(fn.Name.Name, "schema_") {
			continue
		}
		var found []enum
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			if ret, ok := n.(*ast.ReturnStmt); ok && len(ret.Results) == 1 {
				found = inLiteral(ret.Results[0], nil)
				return false
			}
			return true
		})
		if len(found) > 0 {
			all[fn.Name.Name] = found
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no enums in %s", enumsPath)
	}
	return all, nil
}

// inLiteral finds the enums inside a literal of a schema that stands at a path.
func inLiteral(e ast.Expr, path []string) []enum {
	if address, ok := e.(*ast.UnaryExpr); ok {
		e = address.X
	}
	literal, ok := e.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	var found []enum
	for _, element := range literal.Elts {
		field, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		switch key := field.Key.(type) {
		case *ast.Ident:
			found = append(found, inField(key.Name, field.Value, path)...)
		case *ast.BasicLit: // the name of a property
			if name, err := strconv.Unquote(key.Value); err == nil {
				found = append(found, inLiteral(field.Value, with(path, name))...)
			}
		}
	}
	return found
}

func inField(name string, value ast.Expr, path []string) []enum {
	switch name {
	case "Enum":
		return []enum{{path: path, values: texts(value)}}
	case "Properties":
		return inLiteral(value, with(path, "properties"))
	case "Items":
		return inLiteral(value, with(path, "items"))
	case "AdditionalProperties":
		return inLiteral(value, with(path, "additionalProperties"))
	case "Schema", "SchemaProps":
		return inLiteral(value, path)
	}
	return nil
}

func with(path []string, name string) []string {
	return append(slices.Clone(path), name)
}

// texts are the strings of a literal list.
func texts(e ast.Expr) []string {
	list, ok := e.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	var all []string
	for _, item := range list.Elts {
		if literal, ok := item.(*ast.BasicLit); ok {
			if s, err := strconv.Unquote(literal.Value); err == nil {
				all = append(all, s)
			}
		}
	}
	return all
}

// addTo is an OpenAPI document with the enums of its components.
func (e enums) addTo(document []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	var doc map[string]any
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	components, _ := doc["components"].(map[string]any)
	schemas, _ := components["schemas"].(map[string]any)
	for name, s := range schemas {
		for _, found := range e[functionOf(name)] {
			if !set(s, found) {
				return nil, fmt.Errorf("%s has no %s of type string", name, strings.Join(found.path, "."))
			}
		}
	}
	return json.Marshal(doc)
}

func set(s any, e enum) bool {
	for _, name := range e.path {
		parent, ok := s.(map[string]any)
		if !ok {
			return false
		}
		s = parent[name]
	}
	at, ok := s.(map[string]any)
	if !ok || at["type"] != "string" || len(e.values) == 0 {
		return false
	}
	at["enum"] = e.values
	return true
}

// functionOf is the name of the function that describes a component.
func functionOf(component string) string {
	name := "k8sio_" + strings.TrimPrefix(component, "io.k8s.")
	if _, inPkg, ok := strings.Cut(component, ".pkg."); ok {
		name = "pkg_" + inPkg
	}
	return "schema_" + strings.ReplaceAll(name, ".", "_")
}
