package observer

import (
	"bytes"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/known"
	"github.com/krowave/krowave/gitops/observe/readiness"
	"github.com/krowave/krowave/gitops/observe/watch"
	"github.com/krowave/krowave/render/eval"
)

// longest is the length of a message in bytes.
const longest = 1024

// composer makes the observation of one node.
type composer struct {
	ready *readiness.Evaluator
	now   metav1.Time
}

// node is what there is to say about a node after an answer, or nil when it has not been looked for yet. Previous is
// what was said before; it is not changed.
func (c *composer) node(asked *v1alpha1.ObservedNode, answer *watch.Answer, previous *v1alpha1.NodeObservation) *v1alpha1.NodeObservation {
	n := v1alpha1.NodeObservation{ID: asked.ID, Item: asked.Item}
	if previous != nil && ofSame(asked, previous) {
		n.Exists, n.Objects = previous.Exists, previous.Objects
	} else {
		previous = nil
	}
	switch answer.State {
	case watch.Pending, watch.Failed:
		return previous
	case watch.Forbidden:
		n.Reason, n.Message = readiness.ReasonForbidden, cut(answer.Message)
		return &n
	case watch.KindUnknown:
		n.Exists, n.Reason, n.Message = false, readiness.ReasonKindUnknown, cut(answer.Message)
		return &n
	case watch.Known:
	}
	if asked.Selector != nil {
		c.chosen(&n, asked, answer.Objects)
	} else {
		c.single(&n, asked, answer.Objects)
	}
	n.Message = cut(n.Message)
	return &n
}

// ofSame reports that what was said before is about the object that is asked for.
func ofSame(asked *v1alpha1.ObservedNode, previous *v1alpha1.NodeObservation) bool {
	if asked.Selector != nil || len(previous.Objects) == 0 {
		return true
	}
	o := &previous.Objects[0]
	return o.Name == asked.Name && (o.Namespace == asked.Namespace || o.Namespace == "")
}

// single is one object by its name. What was known of it stays when it is gone.
func (c *composer) single(n *v1alpha1.NodeObservation, asked *v1alpha1.ObservedNode, objects []*watch.Object) {
	if len(objects) == 0 {
		n.Exists, n.Reason, n.Message = false, readiness.ReasonNotFound, "there is no such object"
		return
	}
	live := objects[0]
	fresh := reported(live, asked.Fields)
	verdict := c.verdict(asked, []v1alpha1.ObservedObject{fresh}, objects)
	var before *v1alpha1.ObservedObject
	if len(n.Objects) > 0 {
		before = &n.Objects[0]
	}
	// An author's readyWhen that is true says that a replacement has reported all that there is.
	settled := verdict.Ready && len(asked.ReadyWhen) > 0
	n.Exists, n.Objects = true, []v1alpha1.ObservedObject{c.merge(fresh, before, settled)}
	n.Ready, n.Reason, n.Message = verdict.Ready, verdict.Reason, verdict.Message
}

// chosen are the objects of a selector.
func (c *composer) chosen(n *v1alpha1.NodeObservation, asked *v1alpha1.ObservedNode, objects []*watch.Object) {
	previous := n.Objects
	n.Objects = nil
	for _, live := range objects {
		o := reported(live, asked.Fields)
		o.Labels = live.Labels
		var before *v1alpha1.ObservedObject
		for i := range previous {
			if previous[i].Name == o.Name && previous[i].Namespace == o.Namespace && previous[i].UID == o.UID {
				before = &previous[i]
			}
		}
		n.Objects = append(n.Objects, c.merge(o, before, true))
	}
	verdict := c.verdict(asked, n.Objects, objects)
	n.Exists, n.Ready, n.Reason, n.Message = len(objects) > 0, verdict.Ready, verdict.Reason, verdict.Message
}

// reported is what a live object says about some fields.
func reported(live *watch.Object, fields []string) v1alpha1.ObservedObject {
	o := v1alpha1.ObservedObject{
		Namespace: live.Namespace, Name: live.Name, UID: live.UID, ResourceVersion: live.ResourceVersion, Generation: live.Generation,
	}
	for _, path := range fields {
		if f, ok := live.Field(path); ok {
			o.Fields = append(o.Fields, f)
		}
	}
	return o
}

// verdict says whether what depends on a node can be delivered. Only what the live objects say counts.
func (c *composer) verdict(asked *v1alpha1.ObservedNode, seen []v1alpha1.ObservedObject, live []*watch.Object) readiness.Verdict {
	for _, o := range live {
		if o.Deleting {
			return readiness.Terminating()
		}
	}
	if len(asked.ReadyWhen) > 0 {
		n := eval.LiveNode{Collection: asked.Selector != nil}
		for i := range seen {
			n.Objects = append(n.Objects, known.Object(*asked, seen[i]))
		}
		return c.ready.ReadyWhen(readiness.Variable(asked), asked.ReadyWhen, n)
	}
	if asked.Readiness == v1alpha1.Status {
		for _, o := range live {
			if !o.Verdict.Ready {
				return o.Verdict
			}
		}
	}
	return readiness.Ready()
}

// merge lays what is reported over what was known before. A value that the same object lost is gone, but one that a
// replacement of it, or an object without any status, does not report stays; the UID is that of the values.
func (c *composer) merge(fresh v1alpha1.ObservedObject, before *v1alpha1.ObservedObject, settled bool) v1alpha1.ObservedObject { //nolint:revive // it says what the caller has found out
	fresh.ObservedAt = &c.now
	if before == nil {
		return fresh
	}
	replaced := before.UID != "" && before.UID != fresh.UID
	old := map[string]v1alpha1.ObservedField{}
	for _, f := range before.Fields {
		old[f.Path] = f
	}
	kept := false
	for i, f := range fresh.Fields {
		was, asked := old[f.Path]
		if f.Value != nil || !asked || was.Value == nil || settled {
			continue
		}
		if replaced || silent(f) {
			fresh.Fields[i], kept = was, true
		}
	}
	if kept && replaced {
		fresh.UID, fresh.ResourceVersion, fresh.Generation = before.UID, before.ResourceVersion, before.Generation
	}
	if fresh.UID == before.UID && sameFields(fresh.Fields, before.Fields) {
		fresh.ResourceVersion, fresh.ObservedAt = before.ResourceVersion, before.ObservedAt
	}
	return fresh
}

// silent reports a field below a status that is not there at all.
func silent(f v1alpha1.ObservedField) bool {
	return f.Missing == "status" || f.Path == "status"
}

func sameFields(a, b []v1alpha1.ObservedField) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Path != b[i].Path || a[i].Missing != b[i].Missing || (a[i].Value == nil) != (b[i].Value == nil) {
			return false
		}
		if a[i].Value != nil && !bytes.Equal(a[i].Value.Raw, b[i].Value.Raw) {
			return false
		}
	}
	return true
}

// cut shortens a message at a character.
func cut(message string) string {
	if len(message) <= longest {
		return message
	}
	return strings.ToValidUTF8(message[:longest-3], "") + "..."
}
