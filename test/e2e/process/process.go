// Package process starts the programs that a test needs, and stops them.
//
// In: a program, its arguments and environment. Out: a running process, whose output is kept in a file in the
// test's directory of artifacts (go test -artifacts keeps those); a failed test shows the end of it. A process ends
// with its test, or with the test binary if that is killed. Nothing here listens anywhere but on loopback: callers pass
// ports from Port. A Process is safe for concurrent use.
package process

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/krowave/krowave/test/servers"
)

// patience is how long a process may take to end when it is asked to.
const patience = 20 * time.Second

// shown is how many bytes of the output a failed start shows.
const shown = 6_000

// A failed test shows the last lines of every process, and they must leave its own message in sight: there are many processes, and
// some write lines of kilobytes.
const (
	lastLines = 8
	lineWidth = 300 // bytes
)

// Spec is what to start.
type Spec struct {
	Name string   // of the log file
	Path string   // of the program
	Args []string // without the program's name
	Env  []string // added to the environment of the test
	Dir  string   // working directory, "" for that of the test
}

// Process is a started program.
type Process struct {
	name string
	log  string
	cmd  *exec.Cmd
	done chan struct{}
	once sync.Once
	err  error // valid after done
}

// Start starts a program. It ends with the test.
func Start(tb testing.TB, s Spec) *Process {
	tb.Helper()
	log, err := os.CreateTemp(tb.ArtifactDir(), s.Name+"-*.log")
	if err != nil {
		tb.Fatalf("start %s: %v", s.Name, err)
	}
	p := &Process{name: s.Name, log: log.Name(), cmd: exec.Command(s.Path, s.Args...), done: make(chan struct{})} //nolint:noctx // Stop asks before it kills
	p.cmd.Env = append(p.cmd.Environ(), s.Env...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr, p.cmd.SysProcAttr = s.Dir, log, log, attributes()
	if err := p.cmd.Start(); err != nil {
		tb.Fatalf("start %s: %v", s.Name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		_ = log.Close()
		close(p.done)
	}()
	tb.Cleanup(func() {
		p.Stop(tb)
		if tb.Failed() {
			tb.Logf("the end of %s:\n%s", p.log, ending(p.Tail()))
		}
	})
	return p
}

// Stop asks the process to end, and kills it when it does not. It returns when the process is gone.
func (p *Process) Stop(tb testing.TB) {
	tb.Helper()
	p.once.Do(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		timer := time.AfterFunc(patience, func() {
			tb.Errorf("%s does not end within %s", p.name, patience)
			_ = p.cmd.Process.Kill()
		})
		<-p.done
		timer.Stop()
	})
}

// Kill ends the process at once, as a crash or the kernel's memory limit does.
func (p *Process) Kill() {
	p.once.Do(func() {
		_ = p.cmd.Process.Kill()
		<-p.done
	})
}

// Ended tells whether the process is gone, and how it went.
func (p *Process) Ended() (string, bool) {
	select {
	case <-p.done:
		return fmt.Sprintf("%s ended: %v", p.name, p.err), true
	default:
		return "", false
	}
}

// PID is the number of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Output is all that the process has written.
func (p *Process) Output() []byte { return output(p.log) }

// Tail is the end of what the process has written.
func (p *Process) Tail() []byte { return tail(p.log) }

func output(file string) []byte {
	data, err := os.ReadFile(file)
	if err != nil {
		return []byte(err.Error())
	}
	return data
}

func tail(file string) []byte {
	data := output(file)
	if len(data) <= shown {
		return data
	}
	data = data[len(data)-shown:]
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		data = data[i+1:]
	}
	return data
}

// ending are the last lines of a text, each cut to its beginning.
func ending(text []byte) []byte {
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	lines = lines[max(0, len(lines)-lastLines):]
	for i, line := range lines {
		lines[i] = line[:min(len(line), lineWidth)]
	}
	return bytes.Join(lines, []byte("\n"))
}

// Port is a free port on loopback. Another program could take it before its user does; then the
// user ends, and its output says why.
func Port(tb testing.TB) int {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("find a free port: %v", err)
	}
	defer func() { _ = listener.Close() }()
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		tb.Fatalf("find a free port: the address is a %T", listener.Addr())
	}
	return address.Port
}

// Loopback is the address of a port.
func Loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// Build builds a main package of a module, "./cmd/krowave", into the test's directory. The module is the one in dir.
func Build(tb testing.TB, dir, pkg string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), filepath.Base(pkg))
	cmd := exec.CommandContext(tb.Context(), "go", "build", "-buildvcs=false", "-o", path, pkg)
	cmd.Dir = dir
	if text, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("go build %s: %v\n%s", pkg, err, text)
	}
	return path
}

// Root is the directory of the product.
func Root(tb testing.TB) string {
	tb.Helper()
	out, err := exec.CommandContext(tb.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/krowave/krowave").Output()
	if err != nil {
		tb.Fatalf("find the product: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// Servers are the programs that make e2e builds before it runs the tests.
func Servers(tb testing.TB, getenv func(string) string) servers.Cache {
	tb.Helper()
	dir, err := servers.DefaultDir(getenv)
	if err != nil {
		tb.Fatal(err)
	}
	return servers.Cache{Dir: dir, Modules: filepath.Join(Root(tb), "test", "servers"), Log: tb.Output()}
}

// Find is the path of one of those programs.
func Find(tb testing.TB, cache servers.Cache, name string) string {
	tb.Helper()
	path, err := cache.Find(name)
	if err != nil {
		tb.Fatal(err)
	}
	return path
}
