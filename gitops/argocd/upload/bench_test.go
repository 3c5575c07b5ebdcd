package upload_test

import (
	"strings"
	"testing"

	"github.com/krowave/krowave/gitops/argocd/upload"
)

// BenchmarkReceive reads a repository of two thousand files of two kilobytes, sent in pieces of the default size and of
// the size that the how-to recommends. Known is what a second application of the same commit costs.
func BenchmarkReceive(b *testing.B) {
	items := many("%05d.yaml", 2000)
	for i := range items {
		items[i] = file(items[i].Name, strings.Repeat(items[i].Name+": value\n", 100))
	}
	packed := archive(b, items...)
	known := func(string) bool { return true }
	for name, tc := range map[string]struct {
		size    int
		options upload.Options
	}{"1KiB": {size: 1 << 10}, "64KiB": {size: 1 << 16}, "known": {size: 1 << 16, options: upload.Options{Known: known}}} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(packed)))
			for b.Loop() {
				s := sent(packed)
				s.messages = append(s.messages[:1:1], pieces(packed, tc.size)...)
				receive(b, s, tc.options)
			}
		})
	}
}
