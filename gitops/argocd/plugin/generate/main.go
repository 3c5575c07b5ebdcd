// Command generate writes the Go code of a .proto file beside it.
//
// There is no protoc in it: the file is compiled by a library, and the plugins of protoc that write Go are
// built from the modules that the given tools.mod requires. So the same code comes out wherever there is
// Go. `make generate` runs it.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

// prefix makes the name under which a file is registered one that no other file in a program has: files that
// are called plugin.proto abound.
const prefix = "krowave/gitops/argocd/plugin"

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run writes the code for the file that is named.
func run(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return errors.New("usage: generate TOOLS.MOD FILE.PROTO")
	}
	tools, file := args[0], args[1]
	files, err := compile(ctx, file)
	if err != nil {
		return err
	}
	request := &pluginpb.CodeGeneratorRequest{
		FileToGenerate: []string{path.Join(prefix, filepath.Base(file))},
		Parameter:      new("paths=source_relative"),
		ProtoFile:      files,
	}
	for _, tool := range []string{"protoc-gen-go", "protoc-gen-go-grpc"} {
		if err := write(ctx, tools, tool, request, filepath.Dir(file)); err != nil {
			return fmt.Errorf("%s: %w", tool, err)
		}
	}
	return nil
}

// compile returns the descriptors of the file and of what it imports, imports first.
func compile(ctx context.Context, file string) ([]*descriptorpb.FileDescriptorProto, error) {
	text, err := os.ReadFile(file) //nolint:gosec // the file that is asked for
	if err != nil {
		return nil, err
	}
	name := path.Join(prefix, filepath.Base(file))
	compiler := protocompile.Compiler{
		Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{
			Accessor: protocompile.SourceAccessorFromMap(map[string]string{name: string(text)}),
		}),
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	linked, err := compiler.Compile(ctx, name)
	if err != nil {
		return nil, err
	}
	var list []*descriptorpb.FileDescriptorProto
	seen := map[string]bool{}
	var add func(protoreflect.FileDescriptor)
	add = func(f protoreflect.FileDescriptor) {
		if seen[f.Path()] {
			return
		}
		seen[f.Path()] = true
		for i := range f.Imports().Len() {
			add(f.Imports().Get(i).FileDescriptor)
		}
		list = append(list, protodesc.ToFileDescriptorProto(f))
	}
	for _, f := range linked {
		add(f)
	}
	return list, nil
}

// write runs a plugin of protoc and writes the files that it answers with into the directory.
func write(ctx context.Context, tools, tool string, request *pluginpb.CodeGeneratorRequest, dir string) error {
	in, err := proto.Marshal(request)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "tool", "-modfile="+tools, tool) //nolint:gosec // a tool of our own list
	cmd.Stdin = bytes.NewReader(in)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	var response pluginpb.CodeGeneratorResponse
	if err := proto.Unmarshal(out, &response); err != nil {
		return err
	}
	if response.Error != nil {
		return errors.New(response.GetError())
	}
	for _, f := range response.GetFile() {
		to := filepath.Join(dir, path.Base(f.GetName()))
		if err := os.WriteFile(to, []byte(f.GetContent()), 0o644); err != nil { //nolint:gosec // a source file, as readable as the others
			return err
		}
	}
	return nil
}
