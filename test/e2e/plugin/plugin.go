// Package plugin runs krowave's plugin as the sidecar of an argocd-repo-server.
//
// In: the directory of sockets and a name. Out: a process that serves the plugin on its socket, and
// what its metrics say. It ends with the test, unless the test ends it before. Programs are built from the product's own source.
package plugin

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/krowave/krowave/test/e2e/argocd"
	"github.com/krowave/krowave/test/e2e/await"
	"github.com/krowave/krowave/test/e2e/process"
)

// Plugin is a plugin under one name. It may be stopped and started again.
type Plugin struct {
	Name string

	program string
	dir     string
	args    []string
	web     string
	running *process.Process
}

// New prepares a plugin. It does not run before Start. The program is what Build of cmd/cmp-server gave.
func New(t *testing.T, program, name, dir string, args ...string) *Plugin {
	t.Helper()
	return &Plugin{Name: name, program: program, dir: dir, args: args}
}

// Socket is where the plugin listens.
func (p *Plugin) Socket() string { return filepath.Join(p.dir, p.Name+".sock") }

// Start starts the plugin and waits until it is ready.
func (p *Plugin) Start(t *testing.T) {
	t.Helper()
	p.web = process.Loopback(process.Port(t))
	p.running = process.Start(t, process.Spec{
		Name: "cmp-server-" + p.Name, Path: p.program,
		Args: append([]string{"serve", "--name=" + p.Name, "--socket-dir=" + p.dir, "--http-address=" + p.web}, p.args...),
	})
	await.True(t, "the plugin "+p.Name, await.Short, func() (bool, string) {
		if how, ended := p.running.Ended(); ended {
			t.Fatalf("%s\n%s", how, p.running.Tail())
		}
		if _, err := os.Stat(p.Socket()); err != nil {
			return false, err.Error()
		}
		text, err := argocd.Get(t.Context(), "http://"+p.web+"/readyz")
		return err == nil, fmt.Sprintf("%s %v", text, err)
	})
}

// Stop ends the plugin as Kubernetes does. Its socket goes with it.
func (p *Plugin) Stop(t *testing.T) {
	t.Helper()
	p.running.Stop(t)
}

// Kill ends the plugin as a crash does. Its socket stays, and nobody listens on it.
func (p *Plugin) Kill() { p.running.Kill() }

// Output is what the plugin has logged since it was started.
func (p *Plugin) Output() string { return string(p.running.Output()) }

// Metric is the sum of all samples of a metric whose labels hold the given ones, name="value" as in the text format.
func (p *Plugin) Metric(t *testing.T, name string, labels ...string) float64 {
	t.Helper()
	text, err := argocd.Get(t.Context(), "http://"+p.web+"/metrics")
	if err != nil {
		t.Fatalf("read the metrics of %s: %v", p.Name, err)
	}
	sum := 0.0
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		if series, value, ok := cut(line); ok && matches(series, name, labels) {
			number, err := strconv.ParseFloat(value, 64)
			if err != nil {
				t.Fatalf("read the metrics of %s: %v", p.Name, err)
			}
			sum += number
		}
	}
	return sum
}

// cut takes a line of the text format apart. Comments are not ok.
func cut(line string) (series, value string, ok bool) {
	if strings.HasPrefix(line, "#") {
		return "", "", false
	}
	at := strings.LastIndexByte(line, ' ')
	if at < 0 {
		return "", "", false
	}
	return line[:at], line[at+1:], true
}

func matches(series, name string, labels []string) bool {
	got, rest, _ := strings.Cut(series, "{")
	if got != name {
		return false
	}
	for _, l := range labels {
		if !strings.Contains(rest, l) {
			return false
		}
	}
	return true
}
