package simulation_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"k8s.io/apimachinery/pkg/types"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/argocd/application"
	"github.com/krowave/krowave/gitops/argocd/feedback"
)

// argoName is the Application.
const argoName = "shops"

// manifest is one object that the plugin answers with.
type manifest struct {
	id, text, kind, name string
	wave                 int
	object               map[string]any
}

// event is what a watch sends: an Observation, or that it is gone.
type event struct {
	observation *v1alpha1.Observation
	gone        bool
}

// plugin is a process with the real cache of Observations and the real renderer. Events reach it in order, as late as they like.
type plugin struct {
	cache  *feedback.Cache
	feed   *feedback.Feed
	listed bool
	broken bool
	events []event
	heard  map[string]*v1alpha1.Observation // what the events so far come to
}

// newPlugin is a process that has heard nothing.
func (w *argo) newPlugin() plugin {
	cache, feeds := feedback.Fed(feedback.Options{Patience: 1, Read: w.read})
	return plugin{cache: cache, feed: feeds[0], heard: map[string]*v1alpha1.Observation{}}
}

// read answers the plugin with an Observation as it is at this moment. The plugin reads several at one time.
func (w *argo) read(_ context.Context, name types.NamespacedName) (*v1alpha1.Observation, error) {
	if o := w.observations[name.Name]; o != nil {
		return o.DeepCopy(), nil
	}
	return nil, nil //nolint:nilnil // there is none
}

// engine is what all schedules share: the renderer, whose answers depend on nothing but what it is given.
type engine struct {
	renderer *application.Renderer
	decoded  map[string]*manifest
}

// asking leads the renderer to the plugin that asks.
type asking struct{}

// Observed implements the values of the renderer.
func (asking) Observed(ctx context.Context, name string) (application.Snapshot, error) {
	w, _ := ctx.Value(asking{}).(*argo)
	return w.plugin.cache.Observed(ctx, name) //nolint:wrapcheck // it is handed on
}

// Current implements the values of the renderer.
func (asking) Current(ctx context.Context, name string, observations []types.NamespacedName) (application.Snapshot, error) {
	w, _ := ctx.Value(asking{}).(*argo)
	if w.plugin.broken || w.fails() {
		return application.Snapshot{}, errLost
	}
	return w.plugin.cache.Current(ctx, name, observations) //nolint:wrapcheck // it is handed on
}

func newEngine() (*engine, error) {
	r, err := application.New(application.Options{Values: asking{}})
	return &engine{renderer: r, decoded: map[string]*manifest{}}, err
}

func (e *engine) decode(text string) *manifest {
	if m := e.decoded[text]; m != nil {
		return m
	}
	m := &manifest{text: text}
	if err := json.Unmarshal([]byte(text), &m.object); err != nil {
		panic(err)
	}
	metadata, _ := m.object["metadata"].(map[string]any)
	m.kind, _ = m.object["kind"].(string)
	m.name, _ = metadata["name"].(string)
	m.id = m.kind + "/" + m.name
	annotations, _ := metadata["annotations"].(map[string]any)
	wave, _ := annotations["argocd.argoproj.io/sync-wave"].(string)
	m.wave, _ = strconv.Atoi(wave)
	e.decoded[text] = m
	return m
}

// listen lets events come, restarts what is lost, and lists again.
func (w *argo) listen(all bool) {
	p := &w.plugin
	ctx := context.Background()
	switch {
	case !p.listed:
		w.list()
	case p.broken && (all || w.random.IntN(2) == 0):
		p.broken = false
		p.feed.Heard(ctx, nil)
		if w.random.IntN(2) == 0 {
			w.list()
		}
	}
	for len(p.events) > 0 && !p.broken && (all || w.random.IntN(4) > 0) {
		e := p.events[0]
		p.events = p.events[1:]
		var err error
		if p.heard[e.observation.Name] = e.observation; e.gone {
			delete(p.heard, e.observation.Name)
			err = p.feed.Delete(e.observation)
		} else {
			err = p.feed.Update(e.observation)
		}
		if err != nil {
			w.violate("the feed: %v", err)
		}
	}
}

// list is the beginning of a watch.
func (w *argo) list() {
	p := &w.plugin
	p.listed, p.events, p.heard = true, nil, map[string]*v1alpha1.Observation{}
	var all []any
	for _, name := range sorted(w.observations) {
		o := w.observations[name].DeepCopy()
		p.heard[name] = o
		all = append(all, o)
	}
	if err := p.feed.Replace(all, ""); err != nil {
		w.violate("the feed: %v", err)
	}
}

// disturb restarts the plugin, or takes the API server away from it.
func (w *argo) disturb() {
	p := &w.plugin
	if w.random.IntN(2) == 0 {
		w.trace("the plugin restarts")
		w.plugin = w.newPlugin()
		return
	}
	if p.listed {
		w.trace("the plugin loses the API server")
		p.broken = true
		p.feed.Heard(context.Background(), errLost)
	}
}

var errLost = errors.New("connection refused")

// rendering is what the repo-server keeps of one commit.
type rendering struct {
	git       repository
	manifests []*manifest
	known     map[string]bool // what the cluster said was delivered
	held      int
}

// render asks the plugin for the manifests of a commit. It is nil when there are none.
func (w *argo) render(git repository) *rendering {
	files, digest := git.files()
	ctx := context.WithValue(context.Background(), asking{}, w)
	answer, err := w.engine.renderer.Generate(ctx, application.Request{
		Files: files, Digest: digest, Path: "app", Env: map[string]string{"ARGOCD_APP_NAME": argoName, "ARGOCD_APP_NAMESPACE": "default"},
	})
	w.renders++
	synced := w.plugin.listed && !w.plugin.broken
	w.stuck = nil
	if err != nil {
		w.search("an error", err.Error())
		w.refuse(git, err, synced)
		return nil
	}
	if !synced {
		w.violate("commit %d is rendered by a plugin that is not in sync", git.revision)
	}
	r := &rendering{git: git, known: w.writtenDelivered(), held: len(answer.Held)}
	there := map[string]bool{}
	for _, text := range answer.Manifests {
		w.search("a manifest", text)
		m := w.engine.decode(text)
		there[m.id] = true
		r.manifests = append(r.manifests, m)
	}
	for _, warning := range answer.Warnings {
		w.search("a warning", warning.Message)
	}
	wanted := git.wanted()
	for _, id := range sorted(r.known) {
		if wanted[id] && !there[id] {
			w.violate("%s was delivered and is held away at commit %d", id, git.revision)
		}
	}
	for _, id := range sorted(there) {
		if !wanted[id] {
			w.violate("%s is rendered, and commit %d does not want it", id, git.revision)
		}
	}
	if r.held > 0 {
		w.holds++
	}
	w.trace("commit %d renders %d manifests, %d held", git.revision, len(r.manifests), r.held)
	return r
}

// refuse is a render that fails: for want of a cache in sync, or since something that was delivered is held.
func (w *argo) refuse(git repository, err error, synced bool) {
	w.refused = git.revision
	held, isHeld := errors.AsType[*application.HeldError](err)
	_, notSynced := errors.AsType[*feedback.UnsyncedError](err)
	switch {
	case isHeld && synced:
		w.stuck = held
		w.saved++
		w.trace("commit %d is refused: %d held", git.revision, len(held.Held))
	case notSynced && !synced:
		w.unsynced++
		w.trace("commit %d is refused: the cache is not in sync", git.revision)
	case errors.Is(err, errLost) && w.faults:
		w.trace("commit %d is refused: an Observation cannot be read", git.revision)
	default:
		w.violate("commit %d: %v", git.revision, err)
	}
}

// writtenDelivered are the objects of which Observations say that they are delivered, whether the plugin has heard of it or not.
func (w *argo) writtenDelivered() map[string]bool {
	ids := map[string]bool{}
	for _, o := range w.observations {
		for _, n := range o.Spec.Nodes {
			if n.Delivery == v1alpha1.Delivered {
				ids[n.Kind+"/"+n.Name] = true
			}
		}
	}
	return ids
}
