package reconciler

import (
	eventv1 "github.com/fluxcd/pkg/apis/event/v1beta1"
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// tell sends an event about the ExternalArtifact: an error each time when it is another one, and news when something was
// published or is complete.
func (a *attempt) tell(f *finding, p *problem) {
	now := conditions.Get(a.graph, meta.ReadyCondition)
	before := a.ready()
	if p != nil {
		if before.Reason != now.Reason || before.Message != now.Message || a.before.Status.LastAttemptedRevision != a.graph.Status.LastAttemptedRevision {
			a.event(corev1.EventTypeWarning, p.reason, now.Message)
		}
		return
	}
	done := now.Status == metav1.ConditionTrue
	if !a.published && (!done || before.Status == metav1.ConditionTrue) {
		return
	}
	reason, message := meta.ProgressingReason, a.summary(f)
	if done {
		reason = meta.ReconciliationSucceededReason
	} else {
		message += "\n" + now.Message
	}
	a.event(corev1.EventTypeNormal, reason, bounded(message))
}

// event sends one event. Its metadata say which commit it is about, so that a commit status can be set.
func (a *attempt) event(kind, reason, message string) {
	ea := &sourcev1.ExternalArtifact{
		TypeMeta:   metav1.TypeMeta{APIVersion: sourcev1.GroupVersion.String(), Kind: sourcev1.ExternalArtifactKind},
		ObjectMeta: metav1.ObjectMeta{Name: a.graph.Name, Namespace: a.graph.Namespace, UID: a.artifactUID},
	}
	metadata := map[string]string{}
	origin := a.origin
	if artifact := a.graph.Status.Artifact; artifact != nil {
		metadata[eventv1.Group+"/"+eventv1.MetaRevisionKey] = artifact.Revision
		metadata[eventv1.Group+"/"+eventv1.MetaDigestKey] = artifact.Digest
	}
	if origin != "" {
		metadata[eventv1.Group+"/"+eventv1.MetaOriginRevisionKey] = origin
	}
	if kind == corev1.EventTypeNormal {
		metadata[eventv1.Group+"/"+eventv1.MetaCommitStatusKey] = eventv1.MetaCommitStatusUpdateValue
	}
	// What people put on the GraphArtifact for alerts and pull requests counts for what it makes.
	ea.Annotations = map[string]string{}
	for key, value := range a.graph.Annotations {
		if len(key) > len(eventv1.Group) && key[:len(eventv1.Group)+1] == eventv1.Group+"/" {
			ea.Annotations[key] = value
		}
	}
	a.Events.AnnotatedEventf(ea, metadata, kind, reason, "%s", message)
}
