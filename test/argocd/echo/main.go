// Command echo is a plugin that answers with what it was sent, for tests of the protocol.
//
// In: calls on the socket that -socket names. Out: a ConfigMap that holds all that the call said, and
// answers in which no field has its zero value. It renders nothing and ships with nothing. It
// says "serving" on standard error when it serves, and ends with the signal that ends it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/krowave/krowave/gitops/argocd/plugin"
	"github.com/krowave/krowave/gitops/argocd/upload"
)

func main() {
	socket := flag.String("socket", "", "path of the socket")
	e := &echo{}
	flag.BoolVar(&e.discovery, "discovery", false, "support the applications that have a file echo.yaml")
	flag.BoolVar(&e.credentials, "credentials", false, "ask for the credentials of the repository")
	flag.Parse()
	if err := serve(context.Background(), *socket, e); err != nil {
		fmt.Fprintln(os.Stderr, "echo:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, socket string, e *echo) error {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "unix", socket)
	if err != nil {
		return err
	}
	s := grpc.NewServer()
	plugin.RegisterConfigManagementPluginServiceServer(s, e)
	fmt.Fprintln(os.Stderr, "serving")
	return s.Serve(l)
}

type echo struct {
	plugin.UnimplementedConfigManagementPluginServiceServer

	discovery, credentials bool
}

// CheckPluginConfiguration answers what the flags say.
func (e *echo) CheckPluginConfiguration(context.Context, *emptypb.Empty) (*plugin.CheckPluginConfigurationResponse, error) {
	return &plugin.CheckPluginConfigurationResponse{IsDiscoveryConfigured: e.discovery, ProvideGitCreds: e.credentials}, nil
}

// MatchRepository looks for echo.yaml.
func (e *echo) MatchRepository(s grpc.ClientStreamingServer[plugin.AppStreamRequest, plugin.RepositoryResponse]) error {
	u, err := upload.Receive(s, upload.Options{})
	if err != nil {
		return err
	}
	_, err = u.Tree.Stat(path.Join(u.AppPath, "echo.yaml"))
	return s.SendAndClose(&plugin.RepositoryResponse{IsSupported: err == nil, IsDiscoveryEnabled: e.discovery})
}

// GenerateManifest answers a ConfigMap of what the call said.
func (e *echo) GenerateManifest(s grpc.ClientStreamingServer[plugin.AppStreamRequest, plugin.ManifestResponse]) error {
	u, err := upload.Receive(s, upload.Options{})
	if err != nil {
		return err
	}
	data, err := said(u)
	if err != nil {
		return err
	}
	manifest, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "echo"}, "data": data,
	})
	if err != nil {
		return err
	}
	return s.SendAndClose(&plugin.ManifestResponse{Manifests: []string{string(manifest)}, SourceType: "echo"})
}

// said is all that a call said, as the data of a ConfigMap.
func said(u *upload.Upload) (map[string]string, error) {
	files := map[string]string{}
	err := fs.WalkDir(u.Tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := u.Tree.ReadFile(name)
		files[name] = string(data)
		return err
	})
	if err != nil {
		return nil, err
	}
	env, err := json.Marshal(u.Env)
	if err != nil {
		return nil, err
	}
	content, err := json.Marshal(files)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"appName": u.AppName, "appPath": u.AppPath, "checksum": u.Checksum, "size": strconv.FormatInt(u.Compressed, 10),
		"env": string(env), "files": string(content),
	}, nil
}

// GetParametersAnnouncement announces a parameter of which every field is set.
func (e *echo) GetParametersAnnouncement(s grpc.ClientStreamingServer[plugin.AppStreamRequest, plugin.ParametersAnnouncementResponse]) error {
	if _, err := upload.Receive(s, upload.Options{}); err != nil {
		return err
	}
	return s.SendAndClose(&plugin.ParametersAnnouncementResponse{ParameterAnnouncements: []*plugin.ParameterAnnouncement{
		{
			Name: "name", Title: "title", Tooltip: "tooltip", Required: true, ItemType: "number", CollectionType: "map",
			String_: "string", Array: []string{"a", ""}, Map: map[string]string{"key": "value", "": "empty"},
		},
		{Name: "other"},
	}})
}
