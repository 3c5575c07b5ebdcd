package upload_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/krowave/krowave/gitops/argocd/plugin"
	"github.com/krowave/krowave/gitops/argocd/upload"
)

// How a fuzzed upload is sent.
const (
	asTar    = iota // the bytes are a tar: it is compressed and announced
	asGzip          // the bytes are an archive: it is announced
	asStream        // the bytes say themselves which messages there are
	ways
)

// FuzzReceive: no bytes make the receiver panic, answer before the end, hold more than it may, or open what is outside;
// and the answer is the same in whatever pieces they come.
func FuzzReceive(f *testing.F) {
	items := []item{
		dir("."), dir("a/"), file("a/b.yaml", "kind: Web\n"), symlink("a/c", "../d"), hardlink("e.yaml", "a/b.yaml"), file("kustomization.yaml", "k"),
		file("x/.git/y", "z"), file(strings.Repeat("long/", 60)+"f.yml", ""), symlink("s", "s"), symlink("t", "a/c/../none"),
	}
	body := tarOf(f, items...)
	for way := range ways {
		f.Add(uint8(way), body)
		f.Add(uint8(way), zipped(f, body))
	}
	f.Add(uint8(asTar), tarOf(f, file("../a.yaml", "a")))
	f.Add(uint8(asTar), tarOf(f, symlink("a", "b/.."), symlink("b", "../c")))
	f.Add(uint8(asTar), tarOf(f, special("dev/null", '3'), special("pipe", '6')))
	f.Add(uint8(asStream), []byte("\x00\x01\x02\x03\x04ab"))
	limits := upload.Limits{Compressed: 1 << 20, Uncompressed: 4 << 20, File: 1 << 12, Kept: 1 << 16, Entries: 100, NameBytes: 512}
	f.Fuzz(func(t *testing.T, way uint8, data []byte) {
		var want string
		for _, size := range []int{len(data) + 1, 100, 1} {
			s := &stream{messages: messages(t, way%ways, data, size)}
			u, err := upload.Receive(s, upload.Options{Limits: limits})
			if !s.drained() {
				t.Fatal("the stream was not read to its end")
			}
			got := answer(t, u, err, limits.Kept)
			if want == "" {
				want = got
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("in pieces of %d: -want +got:\n%s", size, d)
			}
		}
	})
}

// messages are what a fuzzed upload sends.
func messages(t *testing.T, way uint8, data []byte, size int) []*plugin.AppStreamRequest {
	t.Helper()
	switch way {
	case asTar:
		data = zipped(t, data)
	case asStream:
		return scripted(data)
	}
	return append([]*plugin.AppStreamRequest{metadata(announced(data))}, pieces(data, size)...)
}

// scripted makes messages from bytes: the first says what the others announce, each other one is a message.
func scripted(data []byte) []*plugin.AppStreamRequest {
	var list []*plugin.AppStreamRequest
	for i, b := range data {
		switch b % 5 {
		case 0:
			list = append(list, metadata(announced(data[i+1:])), piece(data[i+1:]))
		case 1:
			list = append(list, piece(data[:i]))
		case 2:
			list = append(list, metadata(&plugin.ManifestRequestMetadata{AppRelPath: string(data), Size: int64(b)}))
		case 3:
			list = append(list, nil, &plugin.AppStreamRequest{})
		case 4:
			list = append(list, piece(nil))
		}
		if i > 20 {
			break
		}
	}
	return list
}

// answer is what came of an upload, in one text.
func answer(t *testing.T, u *upload.Upload, err error, kept int64) string {
	t.Helper()
	if err != nil {
		if _, ok := errors.AsType[*upload.RejectedError](err); !ok || strings.ContainsAny(err.Error(), "\n\x1b") || len(err.Error()) > 2000 {
			t.Fatalf("%T %q", err, err)
		}
		return err.Error()
	}
	if !fs.ValidPath(u.AppPath) {
		t.Fatalf("path %q", u.AppPath)
	}
	if u.Tree.Bytes() > kept {
		t.Fatalf("%d bytes are held", u.Tree.Bytes())
	}
	var b strings.Builder
	err = fs.WalkDir(u.Tree, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		data, err := fs.ReadFile(u.Tree, name)
		b.WriteString(e.Type().String() + " " + name + " " + string(data))
		if err != nil {
			b.WriteString(err.Error())
		}
		b.WriteString("\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
