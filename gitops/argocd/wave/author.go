package wave

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/krowave/krowave/render/graph"
)

// The annotations that Argo CD reads from objects, and those of Helm that it reads as well.
const (
	waveAnnotation     = "argocd.argoproj.io/sync-wave"
	optionsAnnotation  = "argocd.argoproj.io/sync-options"
	hookAnnotation     = "argocd.argoproj.io/hook"
	helmHookAnnotation = "helm.sh/hook"
	helmWeight         = "helm.sh/hook-weight"
)

// Phase is the part of a sync in which Argo CD applies an object. Hooks choose theirs.
type Phase string

// The phases that come one after the other. A hook may have another one, such as SyncFail or
// PostDelete, which no order connects with these.
const (
	PreSync  Phase = "PreSync"
	Sync     Phase = "Sync"
	PostSync Phase = "PostSync"
)

// order compares phases. A phase outside of the sync's own sequence has no order.
func (p Phase) order() (int, bool) {
	at := slices.Index([]Phase{PreSync, Sync, PostSync}, p)
	return at, at >= 0
}

// synced is the order of Sync.
const synced = 1

// state is what is known of a text before there is an instance.
type state int

const (
	missing state = iota // it is not there
	fixed                // somebody wrote it
	dynamic              // an expression gives it
)

// literal is a text inside of a template as far as it does not depend on expressions.
func literal(v graph.Value, path ...string) (string, state) {
	switch v := v.(type) {
	case nil:
		return "", missing
	case *graph.Object:
		if len(path) == 0 {
			return "", missing
		}
		return literal(v.Member(path[0]), path[1:]...)
	case *graph.Fixed:
		text, ok := textAt(v.JSON, path...)
		if !ok {
			return "", missing
		}
		return text, fixed
	case *graph.Dynamic, *graph.Joined:
		return "", dynamic
	case *graph.Array:
	}
	return "", missing
}

// textAt is a string or a number inside of JSON, as text.
func textAt(v any, path ...string) (string, bool) {
	for _, key := range path {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), true
	}
	return "", false
}

// author is what somebody wrote about the order.
type author struct {
	phase Phase
	wave  int
	// key is the annotation that has the wave, or "" where nobody wrote one.
	key string
	// dynamic reports that an expression decides about the wave.
	dynamic bool
}

// annotations answers the text of an annotation.
type annotations func(key string) (string, state)

func ofTemplate(base *graph.Base) annotations {
	return func(key string) (string, state) { return literal(base.Template, "metadata", "annotations", key) }
}

func ofObject(object map[string]any) annotations {
	return func(key string) (string, state) {
		if text, ok := textAt(object, "metadata", "annotations", key); ok {
			return text, fixed
		}
		return "", missing
	}
}

// read reads the phase and the wave as Argo CD does: a wave that is not a number counts as none.
func (of annotations) read() author {
	a := author{phase: of.phase()}
	for _, key := range []string{waveAnnotation, helmWeight} {
		text, state := of(key)
		if state == dynamic {
			a.dynamic = true
			return a
		}
		if wave, ok := number(text); state == fixed && ok {
			a.wave, a.key = wave, key
			return a
		}
	}
	return a
}

// number reads a wave. Larger ones would leave no room for those that have to come after.
func number(text string) (int, bool) {
	wave, err := strconv.ParseInt(text, 10, 32)
	return int(wave), err == nil
}

// phase is the earliest of the phases that the hooks of an object name. Helm's hooks count
// only where Argo CD knows none of its own.
func (of annotations) phase() Phase {
	own, ownState := of(hookAnnotation)
	phases := phasesOf(own, func(word string) Phase { return Phase(word) })
	helm, helmState := of(helmHookAnnotation)
	if len(phases) == 0 && strings.TrimSpace(helm) != "crd-install" {
		phases = phasesOf(helm, func(word string) Phase {
			switch word {
			case "pre-install", "pre-upgrade":
				return PreSync
			case "post-install", "post-upgrade":
				return PostSync
			}
			return Phase(word)
		})
	}
	if len(phases) == 0 || ownState == dynamic || ownState == missing && helmState == dynamic {
		return Sync
	}
	return phases[0]
}

// phasesOf are the phases of a list of hooks, the earliest first.
func phasesOf(list string, phase func(string) Phase) []Phase {
	var phases []Phase
	for word := range strings.SplitSeq(list, ",") {
		if word = strings.TrimSpace(word); word != "" {
			phases = append(phases, phase(word))
		}
	}
	slices.SortFunc(phases, func(a, b Phase) int {
		x, known := a.order()
		y, also := b.order()
		if known != also {
			if known {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
	})
	return phases
}
