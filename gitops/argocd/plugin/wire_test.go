package plugin_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/krowave/krowave/gitops/argocd/plugin"
)

// TestWire: names, numbers and types are Argo CD's, not ours; no change of plugin.proto may move one.
func TestWire(t *testing.T) {
	t.Parallel()
	want := []string{
		"rpc /plugin.ConfigManagementPluginService/CheckPluginConfiguration google.protobuf.Empty -> CheckPluginConfigurationResponse",
		"rpc /plugin.ConfigManagementPluginService/MatchRepository stream AppStreamRequest -> RepositoryResponse",
		"rpc /plugin.ConfigManagementPluginService/GenerateManifest stream AppStreamRequest -> ManifestResponse",
		"rpc /plugin.ConfigManagementPluginService/GetParametersAnnouncement stream AppStreamRequest -> ParametersAnnouncementResponse",
		"AppStreamRequest: 1 ManifestRequestMetadata, 2 File",
		"ManifestRequestMetadata: 1 string, 2 string, 3 string, 4 int64, 5 repeated EnvEntry",
		"EnvEntry: 1 string, 2 string",
		"File: 1 bytes",
		"ManifestResponse: 1 repeated string, 2 string",
		"RepositoryResponse: 1 bool, 2 bool",
		"ParametersAnnouncementResponse: 1 repeated ParameterAnnouncement",
		"ParameterAnnouncement: 1 string, 2 string, 3 string, 4 bool, 5 string, 6 string, 7 string, 8 repeated string, 9 map<string, string>",
		"CheckPluginConfigurationResponse: 1 bool, 2 bool",
	}
	file := plugin.File_krowave_gitops_argocd_plugin_plugin_proto
	var got []string
	for i := range file.Services().Len() {
		service := file.Services().Get(i)
		for j := range service.Methods().Len() {
			m := service.Methods().Get(j)
			stream := ""
			if m.IsStreamingClient() {
				stream = "stream "
			}
			got = append(got, fmt.Sprintf("rpc /%s/%s %s%s -> %s", service.FullName(), m.Name(), stream, short(m.Input()), short(m.Output())))
		}
	}
	for i := range file.Messages().Len() {
		m := file.Messages().Get(i)
		var fields []string
		for j := range m.Fields().Len() {
			f := m.Fields().Get(j)
			fields = append(fields, fmt.Sprintf("%d %s", f.Number(), kind(f)))
		}
		got = append(got, fmt.Sprintf("%s: %s", m.Name(), strings.Join(fields, ", ")))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// short is a message's name without our package, since the wire does not show it.
func short(m protoreflect.MessageDescriptor) string {
	return strings.TrimPrefix(string(m.FullName()), "plugin.")
}

func kind(f protoreflect.FieldDescriptor) string {
	switch {
	case f.IsMap():
		return fmt.Sprintf("map<%s, %s>", kind(f.MapKey()), kind(f.MapValue()))
	case f.IsList() && f.Message() != nil:
		return "repeated " + short(f.Message())
	case f.IsList():
		return "repeated " + f.Kind().String()
	case f.Message() != nil:
		return short(f.Message())
	default:
		return f.Kind().String()
	}
}
