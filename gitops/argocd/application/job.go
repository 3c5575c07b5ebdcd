package application

import (
	"context"
	"sync"
	"time"
)

// The phases of a render.
const (
	phaseWait    = "wait"
	phaseRead    = "read"
	phaseCompile = "compile"
	phaseRender  = "render"
	phaseEncode  = "encode"
)

// job is one render while it runs. It notes the time of its phases, and stops between them when nobody waits for it
// any more. It is safe for concurrent use.
type job struct {
	ctx   context.Context //nolint:containedctx // a job is a call that its caller may leave
	clock func() time.Time

	mu     sync.Mutex
	phases []Phase
	during string
	since  time.Time
}

func newJob(ctx context.Context, clock func() time.Time) *job {
	return &job{ctx: ctx, clock: clock, during: phaseWait, since: clock()}
}

// enter ends a phase and begins another one, unless the context has ended.
func (j *job) enter(phase string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.ctx.Err(); err != nil {
		return j.expired(err)
	}
	j.close()
	j.during = phase
	return nil
}

// close notes the time of the phase that runs. The lock is held.
func (j *job) close() {
	now := j.clock()
	if took := now.Sub(j.since); took > 0 {
		j.phases = append(j.phases, Phase{Name: j.during, Took: took})
	}
	j.since = now
}

// finished are all phases.
func (j *job) finished() []Phase {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.close()
	return j.phases
}

// expired is the error of a job whose context has ended. The lock is held.
func (j *job) expired(err error) *DeadlineError {
	phases := append([]Phase(nil), j.phases...)
	return &DeadlineError{During: j.during, Phases: append(phases, Phase{Name: j.during, Took: j.clock().Sub(j.since)}), Err: err}
}

// run does the work of a job, and answers when it is done or the context ends. Work that nobody waits for any more goes
// on until its phase ends, and keeps its place among the renders that run at one time until then. A panic of the work
// is a [*PanicError].
func (r *Renderer) run(j *job, work func() error) error {
	select {
	case r.slots <- struct{}{}:
	case <-j.ctx.Done():
		j.mu.Lock()
		defer j.mu.Unlock()
		return j.expired(j.ctx.Err())
	}
	done := make(chan error, 1)
	go func() {
		defer func() { <-r.slots }()
		done <- Guard(work)
	}()
	select {
	case err := <-done:
		return err
	case <-j.ctx.Done():
		j.mu.Lock()
		defer j.mu.Unlock()
		return j.expired(j.ctx.Err())
	}
}
