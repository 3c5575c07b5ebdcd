package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/krowave/krowave/test/kro/bench/fixture"
)

// instances is the number of instances of each RGD.
const instances = 10

// generate writes a repository: a directory of RGDs, one a file, and a directory of
// instances for each of them.
func generate(dir string, rgds int) error {
	for i := range rgds {
		kind := fmt.Sprintf("Shop%d", i)
		if err := write(filepath.Join(dir, "platform", kind+".yaml"), fixture.RGD(kind, fixture.Tier)); err != nil {
			return err
		}
		for j := range instances {
			name := fmt.Sprintf("shop-%d-%d", i, j)
			if err := write(filepath.Join(dir, "apps", kind, name+".yaml"), fixture.Instance(kind, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func write(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}
