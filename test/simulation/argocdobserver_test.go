package simulation_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/argocd/tracking"
	"github.com/krowave/krowave/gitops/observe/known"
)

// there is an object in the cluster. Its content is never changed, only replaced.
type there struct {
	applied     string // the manifest
	object      map[string]any
	uid         string
	wave        int
	status      map[string]any
	terminating bool
}

// healthy is what Argo CD waits for: a custom resource with a status of its own is healthy when that says so.
func (t *there) healthy(kind string) bool {
	if kind != "Bucket" && kind != "Policy" && kind != "Role" {
		return !t.terminating
	}
	return t.status != nil && !t.terminating
}

// live is the object as the API server gives it.
func (t *there) live() map[string]any {
	object := maps.Clone(t.object)
	metadata, _ := object["metadata"].(map[string]any)
	metadata = maps.Clone(metadata)
	metadata["uid"] = t.uid
	object["metadata"] = metadata
	if t.status != nil {
		object["status"] = t.status
	}
	return object
}

// operate is what controllers do with an object: they finish deletions and report values.
func (w *argo) operate(id string) {
	o := w.cluster[id]
	switch {
	case o.terminating:
		w.trace("%s is gone", id)
		delete(w.cluster, id)
		w.changes++
	case o.status == nil || o.status["token"] == nil:
		w.put(id, func(o *there) {
			o.status = map[string]any{"arn": "arn-" + o.uid, "token": "token-" + o.uid}
		})
	}
}

// put replaces an object.
func (w *argo) put(id string, change func(o *there)) {
	next := *w.cluster[id]
	change(&next)
	w.cluster[id] = &next
	w.changes++
}

// harm is what happens to objects that nobody asked for.
func (w *argo) harm(id string) {
	o := w.cluster[id]
	switch w.random.IntN(4) {
	case 0:
		w.trace("the status of %s vanishes", id)
		w.put(id, func(o *there) { o.status = nil })
	case 1:
		w.trace("%s loses a value", id)
		w.put(id, func(o *there) {
			if o.status != nil {
				o.status = map[string]any{"arn": o.status["arn"]}
			}
		})
	case 2:
		if !o.terminating && id != secretID {
			w.trace("%s is recreated", id)
			w.put(id, func(o *there) { o.uid, o.status = w.nextUID(), nil })
		}
	default:
		if !o.terminating && id != secretID && w.random.IntN(3) == 0 {
			w.trace("%s is deleted by hand", id)
			delete(w.cluster, id)
			w.changes++
		}
	}
}

func (w *argo) nextUID() string {
	w.uid++
	return fmt.Sprintf("u%d", w.uid)
}

// observer is the controller: what it has of the cluster is late, object by object.
type observer struct {
	seen map[string]*there
	// noted are requests to refresh that were made and are not written down yet.
	noted map[string]string
}

// see brings what the observer has up to date, or some of it.
func (w *argo) see(all bool) { //nolint:revive // it is how much
	for _, id := range sorted(w.observer.seen) {
		if w.cluster[id] == nil && (all || w.random.IntN(2) == 0) {
			delete(w.observer.seen, id)
		}
	}
	for _, id := range sorted(w.cluster) {
		if all || w.random.IntN(2) == 0 {
			w.observer.seen[id] = w.cluster[id]
		}
	}
}

// observe fills in one Observation, as the real code answers.
func (w *argo) observe(name string) {
	o := w.observations[name]
	next := o.DeepCopy()
	next.Status.Nodes = nil
	for i := range o.Spec.Nodes {
		asked := &o.Spec.Nodes[i]
		var objects []map[string]any
		if t := w.observer.seen[asked.Kind+"/"+asked.Name]; t != nil {
			objects = append(objects, t.live())
		}
		report := known.Report(*asked, objects, nil)
		if was := observationOf(o, asked); was != nil && len(was.Objects) > 0 {
			merge(&report, was)
		}
		next.Status.Nodes = append(next.Status.Nodes, report)
	}
	if same(next.Status, o.Status) || w.fails() {
		return
	}
	w.checkObservation(next)
	w.write(next)
}

func observationOf(o *v1alpha1.Observation, asked *v1alpha1.ObservedNode) *v1alpha1.NodeObservation {
	at := slices.IndexFunc(o.Status.Nodes, func(n v1alpha1.NodeObservation) bool {
		return n.ID == asked.ID && (n.Item == nil) == (asked.Item == nil) && (n.Item == nil || *n.Item == *asked.Item)
	})
	if at < 0 || len(o.Status.Nodes[at].Objects) > 0 && o.Status.Nodes[at].Objects[0].Name != asked.Name {
		return nil
	}
	return &o.Status.Nodes[at]
}

// merge keeps what was known of an object that is gone, that was replaced and does not report yet, or that lost all of its status.
func merge(report, was *v1alpha1.NodeObservation) {
	if len(report.Objects) == 0 {
		report.Objects = was.Objects
		return
	}
	fresh, before := &report.Objects[0], was.Objects[0]
	kept := false
	for i, f := range fresh.Fields {
		at := slices.IndexFunc(before.Fields, func(b v1alpha1.ObservedField) bool { return b.Path == f.Path })
		if f.Value == nil && at >= 0 && before.Fields[at].Value != nil && (before.UID != fresh.UID || f.Missing == "status") {
			fresh.Fields[i], kept = before.Fields[at], true
		}
	}
	if kept {
		fresh.UID = before.UID
	}
}

func same(a, b any) bool { return string(asJSON(a)) == string(asJSON(b)) }

func asJSON(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

// nextVersion is the version of an object that has just been written.
func (w *argo) nextVersion() string {
	w.versions++
	return strconv.Itoa(w.versions)
}

// write stores an Observation, and tells the plugin.
func (w *argo) write(o *v1alpha1.Observation) {
	o.ResourceVersion = w.nextVersion()
	w.observations[o.Name] = o
	w.plugin.events = append(w.plugin.events, event{observation: o.DeepCopy()})
	w.changes++
}

// values stand for what a render reads of an Observation.
func values(o *v1alpha1.Observation) string {
	text := ""
	for _, n := range o.Status.Nodes {
		for _, object := range n.Objects {
			text += fmt.Sprintf("%s %s %s\n", n.ID, object.Name, asJSON(object.Fields))
		}
	}
	return text
}

const refreshedFor = "krowave.dev/refreshed-for"

// request asks Argo CD to render again with values that are new, and writes down later for which values that was. It waits for the plugin's
// watch as long as that is in order, which is what the delay of the real requester is for.
func (w *argo) request(name string) {
	o := w.observations[name]
	if noted, ok := w.observer.noted[name]; ok {
		delete(w.observer.noted, name)
		if !w.fails() {
			next := o.DeepCopy()
			metav1.SetMetaDataAnnotation(&next.ObjectMeta, refreshedFor, noted)
			w.write(next)
		}
		return
	}
	now := values(o)
	late := slices.ContainsFunc(w.plugin.events, func(e event) bool { return e.observation.Name == name })
	if now == o.Annotations[refreshedFor] || now == "" || late || w.fails() {
		return
	}
	w.trace("a hard refresh is requested for %s", name)
	w.hard = true
	w.changes++
	w.observer.noted[name] = now
}

// checkObservation: nothing is written that nobody asked for, and nothing of a Secret.
func (w *argo) checkObservation(o *v1alpha1.Observation) {
	w.search("an Observation", string(asJSON(o)))
	for _, n := range o.Status.Nodes {
		at := slices.IndexFunc(o.Spec.Nodes, func(asked v1alpha1.ObservedNode) bool { return asked.ID == n.ID })
		if at < 0 {
			w.violate("the Observation %s speaks of %s, which nobody asked for", o.Name, n.ID)
			continue
		}
		asked := o.Spec.Nodes[at]
		for _, object := range n.Objects {
			for _, f := range object.Fields {
				if !slices.Contains(asked.Fields, f.Path) && !w.everAsked[asked.Kind+" "+f.Path] {
					w.violate("the Observation %s has %s of %s, which nobody asked for", o.Name, f.Path, n.ID)
				}
			}
		}
	}
}

// observed is an Observation as Argo CD applies it.
func (w *argo) observed(m *manifest) bool {
	var made v1alpha1.Observation
	if err := json.Unmarshal([]byte(m.text), &made); err != nil {
		w.violate("%s is no Observation: %v", m.id, err)
		return false
	}
	read := asks()
	for _, n := range made.Spec.Nodes {
		for _, path := range n.Fields {
			w.everAsked[n.Kind+" "+path] = true
			if !slices.Contains(read[n.Kind], path) {
				w.violate("%s asks for %s of a %s, which no expression reads", m.id, path, n.Kind)
			}
		}
	}
	if before := w.observations[made.Name]; before != nil {
		made.Status = before.Status
		if text, ok := before.Annotations[refreshedFor]; ok {
			metav1.SetMetaDataAnnotation(&made.ObjectMeta, refreshedFor, text)
		}
	}
	metav1.SetMetaDataAnnotation(&made.ObjectMeta, tracking.Annotation,
		argoName+":krowave.dev/Observation:"+made.Namespace+"/"+made.Name)
	w.write(&made)
	return true
}
