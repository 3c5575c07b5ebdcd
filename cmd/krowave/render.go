package main

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/emit"
	"github.com/krowave/krowave/render/source"
)

func renderCommand(s streams) *cobra.Command {
	return &cobra.Command{Use: "render PATH...", RunE: func(_ *cobra.Command, args []string) error {
		var in render.Input
		for _, root := range args {
			_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" {
					return err
				}
				data, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				docs, _ := source.Parse(source.NewFile(path, data), source.Limits{})
				for _, doc := range docs {
					switch doc.Root.Get("kind").Str() {
					case "ResourceGraphDefinition":
						in.RGDs = append(in.RGDs, doc.Root)
					default:
						in.Objects = append(in.Objects, doc.Root)
					}
				}
				return nil
			})
		}
		engine, err := render.NewEngine()
		if err != nil {
			return err
		}
		p, diags := engine.Compile(in, render.Options{Workers: 2})
		var result *render.Result
		if p != nil && !diags.HasErrors() {
			var more diag.List
			result, more = p.Render()
			diags = append(diags, more...)
		}
		_ = diag.Print(s.err, diags.Sorted(), diag.Style{Color: s.colored()})
		if result == nil {
			return errInvalid
		}
		var objects []map[string]any
		for _, o := range result.Objects {
			objects = append(objects, o.Value)
		}
		return emit.YAML(s.out, objects)
	}}
}
