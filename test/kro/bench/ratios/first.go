package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"

	"github.com/krowave/krowave/test/kro/bench"
	"github.com/krowave/krowave/test/kro/oracle"
	"github.com/krowave/krowave/test/kro/trial"
)

// The sides of a first compilation.
const (
	kroAlone    = "kro"         // the schemas were read before
	kroSchemas  = "kro-schemas" // the schemas are read from OpenAPI documents on disk
	ours        = "krowave"     // the schemas are always read, from those that it carries
	firstUsage  = "compile the case of -case once, as the side `kro`, kro-schemas or krowave, and print the cost as JSON"
	unknownSide = "-first %q: want kro, kro-schemas or krowave"
)

// once compiles one case as the first of this process.
func (s settings) once(ctx context.Context, side string, in io.Reader, out io.Writer) error {
	c, err := bench.Find(ctx, s.only)
	if err != nil {
		return err
	}
	work, err := prepare(ctx, c, side, in)
	if err != nil {
		return err
	}
	cost, err := s.meter.Once(work)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(cost)
}

// prepare answers the work of a side. The input of kro's is the admitted RGD.
func prepare(ctx context.Context, c trial.Case, side string, in io.Reader) (func() error, error) {
	if side == ours {
		first, err := bench.First(c)
		return first.Compile, err
	}
	admitted, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	kro, err := oracle.Bare(ctx, c, admitted)
	if err != nil {
		return nil, err
	}
	build := func() error { _, err := kro.Build(); return err }
	switch side {
	case kroAlone:
		return build, kro.Lookup() //nolint:contextcheck // the validation of a CRD takes a context and never waits
	case kroSchemas:
		return func() error { return errors.Join(kro.Lookup(), build()) }, nil //nolint:contextcheck // the validation of a CRD takes a context and never waits
	}
	return nil, fmt.Errorf(unknownSide, side)
}

// cold compares fresh processes, in turn.
func (s settings) cold(ctx context.Context, o *oracle.Oracle, c trial.Case, t *table) error {
	kro, err := o.Engine(c) //nolint:contextcheck // the validation of a CRD takes a context and never waits
	if err != nil {
		return err
	}
	admitted, err := kro.Admitted()
	if err != nil {
		return err
	}
	for _, row := range []struct{ side, work string }{
		{kroAlone, "first compile of a process; kro has its schemas"},
		{kroSchemas, "first compile of a process; kro reads its schemas"},
	} {
		pair, err := bench.Meter{Rounds: s.processes}.Collect(
			func() (bench.Cost, error) { return s.child(ctx, c, row.side, admitted) },
			func() (bench.Cost, error) { return s.child(ctx, c, ours, nil) },
		)
		if err != nil {
			return err
		}
		t.row(row.work, c.Name, pair)
	}
	return nil
}

// child is the cost that a process of its own reports.
func (s settings) child(ctx context.Context, c trial.Case, side string, in []byte) (bench.Cost, error) {
	command := exec.CommandContext(ctx, s.program, "-first", side, "-case", c.Name)
	command.Stdin = bytes.NewReader(in)
	out, err := command.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return bench.Cost{}, fmt.Errorf("%s -first %s: %w: %s", s.program, side, err, exit.Stderr)
		}
		return bench.Cost{}, fmt.Errorf("%s -first %s: %w", s.program, side, err)
	}
	var cost bench.Cost
	if err := json.Unmarshal(out, &cost); err != nil {
		return bench.Cost{}, fmt.Errorf("%s -first %s: %w", s.program, side, err)
	}
	return cost, nil
}
