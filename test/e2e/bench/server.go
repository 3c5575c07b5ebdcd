package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/krowave/krowave/gitops/argocd/plugin"
)

// chunk is how many bytes argocd-repo-server sends at a time unless it is told otherwise.
const chunk = 1024

// side is a running server.
type side struct {
	name   string
	socket string
	cmd    *exec.Cmd
}

type sides []side

// start starts both servers, ours first.
func (s settings) start(ctx context.Context, parent string) (sides, error) {
	dir, err := os.MkdirTemp(parent, "s")
	if err != nil {
		return nil, err
	}
	configuration := `apiVersion: argoproj.io/v1alpha1
kind: ConfigManagementPlugin
metadata: {name: kustomize}
spec:
  generate: {command: [` + strconv.Quote(s.kustomize) + `, build, .]}
`
	if err := os.WriteFile(filepath.Join(dir, "plugin.yaml"), []byte(configuration), 0o600); err != nil {
		return nil, err
	}
	ours := exec.CommandContext(ctx, s.plugin, "serve", "--name=krowave", "--socket-dir="+dir)
	theirs := exec.CommandContext(ctx, s.argocd, "--config-dir-path", dir)
	theirs.Env = append(theirs.Environ(), "ARGOCD_BINARY_NAME=argocd-cmp-server", "ARGOCD_PLUGINSOCKFILEPATH="+dir, "ARGOCD_CMP_WORKDIR="+dir)
	all := sides{{"krowave", filepath.Join(dir, "krowave.sock"), ours}, {"argocd-cmp-server with kustomize", filepath.Join(dir, "kustomize.sock"), theirs}}
	for _, side := range all {
		if err := side.cmd.Start(); err != nil {
			all.stop()
			return nil, fmt.Errorf("start %s: %w", side.name, err)
		}
	}
	for _, side := range all {
		if err := side.ready(ctx); err != nil {
			all.stop()
			return nil, err
		}
	}
	return all, nil
}

// ready waits until the server answers.
func (s side) ready(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	for {
		connection, err := s.dial()
		if err != nil {
			return err
		}
		_, err = plugin.NewConfigManagementPluginServiceClient(connection).CheckPluginConfiguration(ctx, nil, grpc.WaitForReady(true))
		_ = connection.Close()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("wait for %s: %w", s.name, err)
		}
	}
}

func (s side) dial() (*grpc.ClientConn, error) {
	return grpc.NewClient("unix:"+s.socket, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(100<<20)))
}

// stop stops the servers that run. It does not ask first: argocd-cmp-server removes its socket when asked, and goes on running.
func (all sides) stop() {
	for _, side := range all {
		if side.cmd.Process != nil {
			_ = side.cmd.Process.Kill()
			_ = side.cmd.Wait()
		}
	}
}

// generate asks for the manifests of an application as argocd-repo-server does.
func (s side) generate(ctx context.Context, u upload, application string, environment map[string]string) ([]string, error) {
	connection, err := s.dial()
	if err != nil {
		return nil, err
	}
	defer connection.Close() //nolint:errcheck // the answer has come, or an error that says more
	stream, err := plugin.NewConfigManagementPluginServiceClient(connection).GenerateManifest(ctx)
	if err != nil {
		return nil, err
	}
	metadata := &plugin.ManifestRequestMetadata{
		AppName: path.Base(application), AppRelPath: application, Checksum: u.checksum, Size: int64(len(u.data)),
	}
	for name, value := range environment {
		metadata.Env = append(metadata.Env, &plugin.EnvEntry{Name: name, Value: value})
	}
	messages := []*plugin.AppStreamRequest{{Request: &plugin.AppStreamRequest_Metadata{Metadata: metadata}}}
	for data := u.data; len(data) > 0; {
		n := min(chunk, len(data))
		messages = append(messages, &plugin.AppStreamRequest{Request: &plugin.AppStreamRequest_File{File: &plugin.File{Chunk: data[:n]}}})
		data = data[n:]
	}
	for _, m := range messages {
		if err := stream.Send(m); err != nil {
			break // CloseAndRecv says why
		}
	}
	answer, err := stream.CloseAndRecv()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	if len(answer.GetManifests()) == 0 {
		return nil, errors.New(s.name + " answers no manifests")
	}
	return answer.GetManifests(), nil
}

// peak is the most memory that the server's own process had resident, in MB; 0 where the system does not tell. What
// the processes that it starts take is not in it.
func (s side) peak() int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, err := strconv.Atoi(kilobytes)
	if err != nil {
		return 0
	}
	return n / 1000
}
