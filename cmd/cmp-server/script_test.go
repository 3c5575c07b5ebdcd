package main

import (
	"context"
	"errors"
	"flag"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/krowave/krowave/gitops/argocd/service"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestMain makes the command available to the scripts, as cmp-server.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"cmp-server": func() { os.Exit(process()) }})
}

// TestScripts runs the scripts, which between them show every command, flag, variable, error and exit code.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "ready": ready},
		Setup: func(e *testscript.Env) error {
			e.Setenv("SOCKETS", e.T().(testing.TB).TempDir()) //nolint:forcetypeassert // it is one; the work directory's path is too long for sockets
			for _, name := range []string{"HTTP", "COLLECTOR"} {
				address, err := free(t.Context())
				if err != nil {
					return err
				}
				e.Setenv(name, address)
			}
			return nil
		},
	})
}

// free is a loopback address that nobody uses.
func free(ctx context.Context) (string, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// TestTerm: Kubernetes stops a container with SIGTERM, and looks at the exit code. The scripts have no such signal.
func TestTerm(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := exec.CommandContext(t.Context(), "cmp-server", "serve", "--socket-dir", dir)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	socket := service.Socket(dir, "krowave", "")
	if err := await(t.Context(), socket); err != nil {
		t.Error(err)
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("it ended with %v, want the exit code 0", err)
	}
	if _, err := os.Lstat(socket); !os.IsNotExist(err) {
		t.Errorf("the socket is still there: %v", err)
	}
}

// exits runs a command and wants an exit code: exits 2 cmp-server generate.
func exits(ts *testscript.TestScript, neg bool, args []string) { //nolint:revive // testscript wants it like this
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// ready waits until a server answers on a socket: ready PATH.
func ready(ts *testscript.TestScript, neg bool, args []string) { //nolint:revive // testscript wants it like this
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ready SOCKET")
	}
	ts.Check(await(context.Background(), args[0]))
}

// await waits until a server answers on a socket.
func await(ctx context.Context, socket string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		err := service.Healthcheck(ctx, socket, healthpb.HealthCheckResponse_SERVING)
		if err == nil || ctx.Err() != nil {
			return err
		}
		nap, wake := context.WithTimeout(ctx, 10*time.Millisecond)
		<-nap.Done()
		wake()
	}
}
