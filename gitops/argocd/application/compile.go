package application

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/krowave/krowave/render"
	"github.com/krowave/krowave/render/catalog"
	"github.com/krowave/krowave/render/diag"
	"github.com/krowave/krowave/render/input"
	"github.com/krowave/krowave/render/source"
)

// compiled are RGDs that are ready for instances. Program is nil when nothing could be compiled.
type compiled struct {
	program *render.Program
	diags   diag.List
}

// programsPerByte is the memory of compiled RGDs for each byte of their text, and programBytes what it takes at least:
// measured on the examples, and rounded up.
const (
	programsPerByte = 60
	programBytes    = 64 << 10
)

// compile compiles the RGDs and CRDs of an application, or answers what was compiled of the same text before. Made
// reports that it was not there.
func (r *Renderer) compile(f files, o render.Options) (c compiled, made bool) {
	key := fingerprint(f, o)
	return r.programs.once(key, func() (compiled, int64) {
		in := render.Input{RGDs: input.Nodes(f.set.RGDs), Library: input.Nodes(f.library.RGDs), CRDs: input.Nodes(f.set.CRDs)}
		var diags diag.List
		for _, n := range slices.Concat(input.Nodes(f.library.CRDs), input.Nodes(f.known.CRDs)) {
			kinds, problems := catalog.ReadCRD(n)
			diags = append(diags, problems...)
			in.Known = append(in.Known, kinds...)
		}
		// What differs between applications is decided by Program.For.
		shared := render.Options{KubernetesVersion: o.KubernetesVersion, Omit: o.Omit, MaxDimensions: o.MaxDimensions, Workers: o.Workers}
		program, problems := r.engine.Compile(in, shared)
		diags = append(diags, problems...)
		var m meter
		for _, list := range [][]*input.Object{f.set.RGDs, f.library.RGDs, f.set.CRDs, f.library.CRDs, f.known.CRDs} {
			for _, object := range list {
				m.file(object.Node.Span().File(), programsPerByte)
			}
		}
		m.diags(diags)
		return compiled{program: program, diags: diags}, m.bytes + programBytes
	})
}

// fingerprint stands for everything that compiling looks at, positions included.
func fingerprint(f files, o render.Options) string {
	p := printer{texts: map[*source.File][sha256.Size]byte{}}
	fmt.Fprintf(&p.b, "%q %t %d\n", o.KubernetesVersion, o.Omit, o.MaxDimensions)
	p.objects("rgds", f.set.RGDs)
	p.objects("library", f.library.RGDs)
	p.objects("crds", f.set.CRDs)
	p.objects("known", slices.Concat(f.library.CRDs, f.known.CRDs))
	sum := sha256.Sum256([]byte(p.b.String()))
	return string(sum[:])
}

// printer writes what objects are made of.
type printer struct {
	b     strings.Builder
	texts map[*source.File][sha256.Size]byte
}

func (p *printer) objects(role string, list []*input.Object) {
	fmt.Fprintf(&p.b, "%s %d\n", role, len(list))
	for _, o := range list {
		at := o.Node.Span()
		file := at.File()
		sum, known := p.texts[file]
		if !known && file != nil {
			sum = sha256.Sum256([]byte(file.Text()))
			p.texts[file] = sum
		}
		fmt.Fprintf(&p.b, "%q %d %d %q %x\n", at.Path(), at.Start().Line, at.Start().Column, o.Kustomization, sum)
		if o.Kustomization == "" {
			continue // the text and the place say it all
		}
		data, err := json.Marshal(o.Node.JSON())
		if err != nil {
			data = []byte(err.Error())
		}
		p.b.Write(data)
		p.b.WriteByte('\n')
	}
}
