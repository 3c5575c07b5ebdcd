package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/krowave/krowave/render/input"
)

// place is a file system that holds all of some paths, and their names in it.
type place struct {
	fsys  fs.FS
	roots []string
	dir   string // of the file system, on the machine
	work  string // the working directory, without symbolic links
	typed []typed
}

// typed is a path as the user wrote it.
type typed struct{ text, real string }

// repository marks the directory that a file system is rooted at: what is read stays
// inside it, so that a symbolic link in somebody's pull request cannot name a file
// of the machine that renders it.
const repository = ".git"

// locate finds the file system for some paths: the repository that holds them all, or
// without one the directory that does.
func locate(paths []string) (*place, error) {
	work, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	if work, err = filepath.EvalSymlinks(work); err != nil {
		return nil, err
	}
	p := &place{work: work}
	for _, path := range paths {
		if path == input.Stdin {
			continue
		}
		if err := p.add(path); err != nil {
			return nil, err
		}
	}
	if p.dir == "" {
		p.dir = work
	}
	for _, path := range paths {
		if path == input.Stdin {
			p.roots = append(p.roots, path)
			continue
		}
		i := slices.IndexFunc(p.typed, func(t typed) bool { return t.text == path })
		name, err := filepath.Rel(p.dir, p.typed[i].real)
		if err != nil {
			return nil, err
		}
		p.roots = append(p.roots, filepath.ToSlash(name))
	}
	p.fsys = os.DirFS(p.dir)
	return p, nil
}

// add makes the file system large enough for a path.
func (p *place) add(path string) error {
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		return plain(path, err)
	}
	if resolved, err = filepath.Abs(resolved); err != nil {
		return err
	}
	info, err := os.Stat(resolved)
	if err != nil {
		return plain(path, err)
	}
	dir := resolved
	if !info.IsDir() {
		dir = filepath.Dir(resolved)
	}
	dir = p.around(dir)
	p.typed = append(p.typed, typed{path, resolved})
	if p.dir == "" {
		p.dir = dir
	}
	for !within(p.dir, dir) {
		p.dir = filepath.Dir(p.dir)
	}
	return nil
}

// around is the repository around a directory, or the working directory, or else the directory itself.
func (p *place) around(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, repository)); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	if within(p.work, dir) {
		return p.work
	}
	return dir
}

// with is the place with other roots.
func (p *place) with(roots []string) *place {
	other := *p
	other.roots = roots
	return &other
}

// ignored adds those of some paths that are in the file system to a list of names.
func (p *place) ignored(names []string, lists ...[]string) []string {
	for _, path := range slices.Concat(lists...) {
		resolved, err := filepath.EvalSymlinks(path)
		if err != nil {
			continue // whoever reads it says so
		}
		if resolved, err = filepath.Abs(resolved); err == nil && within(p.dir, resolved) {
			if name, err := filepath.Rel(p.dir, resolved); err == nil {
				names = append(names, filepath.ToSlash(name))
			}
		}
	}
	return names
}

// within reports that a path is a directory or lies below it.
func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// show is the name of a file as the user would write it: below the path that was typed, or
// else from the working directory.
func (p *place) show(name string) string {
	path := filepath.Join(p.dir, filepath.FromSlash(name))
	for _, t := range p.typed {
		if within(t.real, path) {
			rel, err := filepath.Rel(t.real, path)
			if err == nil {
				return filepath.ToSlash(filepath.Join(t.text, rel))
			}
		}
	}
	if rel, err := filepath.Rel(p.work, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(path)
}

// plain is an error about a path without the name of the system call.
func plain(path string, err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}
