package process

import (
	"os"
	"os/exec"
	"sync"
	"testing"
)

// Kept is a program that is started again whenever it ends, as kubelet does with a container.
type Kept struct {
	spec Spec
	log  *os.File
	done chan struct{}

	mutex   sync.Mutex
	current *exec.Cmd
	starts  int
	stopped bool
}

// Keep starts a program, and again whenever it ends, until the test does.
func Keep(tb testing.TB, s Spec) *Kept {
	tb.Helper()
	log, err := os.CreateTemp(tb.ArtifactDir(), s.Name+"-*.log")
	if err != nil {
		tb.Fatalf("start %s: %v", s.Name, err)
	}
	k := &Kept{spec: s, log: log, done: make(chan struct{})}
	if err := k.start(); err != nil {
		tb.Fatalf("start %s: %v", s.Name, err)
	}
	go k.loop()
	tb.Cleanup(func() {
		k.mutex.Lock()
		k.stopped = true
		k.mutex.Unlock()
		k.Kill()
		<-k.done
		_ = log.Close()
		if tb.Failed() {
			tb.Logf("the end of %s:\n%s", log.Name(), ending(tail(log.Name())))
		}
	})
	return k
}

func (k *Kept) start() error {
	cmd := exec.Command(k.spec.Path, k.spec.Args...) //nolint:noctx // it ends by Kill
	cmd.Env = append(cmd.Environ(), k.spec.Env...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = k.spec.Dir, k.log, k.log, attributes()
	if err := cmd.Start(); err != nil {
		return err
	}
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.current, k.starts = cmd, k.starts+1
	return nil
}

// loop waits for the end of each run and starts the next one.
func (k *Kept) loop() {
	defer close(k.done)
	for {
		k.mutex.Lock()
		current := k.current
		k.mutex.Unlock()
		_ = current.Wait() // how it ended is what the test wanted
		k.mutex.Lock()
		stopped := k.stopped
		k.mutex.Unlock()
		if stopped || k.start() != nil {
			return
		}
	}
}

// Kill ends the current run at once, as a crash does.
func (k *Kept) Kill() {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	_ = k.current.Process.Kill()
}

// Starts is how often the program was started.
func (k *Kept) Starts() int {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	return k.starts
}
