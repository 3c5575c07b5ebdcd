package projection

import (
	"fmt"
	"strings"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/readiness"
)

// standing is how far an instance is, after kro's rules.
type standing struct {
	state, reason, message string
}

// stand judges the nodes. For kro a node without readyWhen is ready when it exists, whatever its status says.
func stand(spec *v1alpha1.ObservationSpec, seen *v1alpha1.ObservationStatus) standing {
	var failed, deleting, waiting, unresolved []string
	for i := range spec.Nodes {
		asked := &spec.Nodes[i]
		if asked.Delivery == v1alpha1.Withdrawn {
			continue
		}
		n := find(seen, asked)
		switch {
		case n == nil || len(n.Objects) == 0 && asked.Delivery != v1alpha1.External && asked.Selector == nil && !n.Exists:
			unresolved = append(unresolved, asked.ID)
		case n.Reason == readiness.ReasonExpressionFailed:
			failed = append(failed, n.Message)
		case n.Reason == readiness.ReasonTerminating:
			deleting = append(deleting, fmt.Sprintf(
				"resource %q for node %q is currently being deleted; waiting for deletion to complete before continuing reconciliation", reference(asked), asked.ID))
		case !n.Exists && asked.Selector == nil:
			waiting = append(waiting, missing(asked))
		case len(asked.ReadyWhen) > 0 && !n.Ready:
			waiting = append(waiting, notReady(asked, n))
		}
	}
	unresolved = append(unresolved, spec.Unresolved...)
	switch {
	case len(failed) > 0:
		return standing{Error, "NotReady", "resource error: " + strings.Join(failed, "\n")}
	case len(deleting) > 0:
		return standing{InProgress, "ResourceDeleting", deleting[0]}
	case len(waiting) > 0:
		return standing{InProgress, "NotReady", "resource reconciliation failed: apply results contain errors: " + strings.Join(waiting, "\n")}
	case len(unresolved) > 0:
		return standing{InProgress, "NotReady", fmt.Sprintf("resource reconciliation failed: waiting for unresolved resource: node %q", unresolved[0])}
	}
	return standing{state: Active}
}

// missing is what kro says of an object that is not there.
func missing(n *v1alpha1.ObservedNode) string {
	if n.Delivery == v1alpha1.External {
		return fmt.Sprintf("waiting for external reference %q: not found", n.ID)
	}
	return fmt.Sprintf("waiting for node %q: node %q: no observed state: waiting for readiness", n.ID, n.ID)
}

// notReady is what kro says of an object with a readyWhen that is not true.
func notReady(n *v1alpha1.ObservedNode, seen *v1alpha1.NodeObservation) string {
	what := "node"
	switch {
	case n.Selector != nil:
		what = "external collection"
	case n.Delivery == v1alpha1.External:
		what = "external reference"
	}
	return fmt.Sprintf("waiting for %s %q: %s (waiting for readiness)", what, n.ID, seen.Message)
}

// reference names the object of a node.
func reference(n *v1alpha1.ObservedNode) string {
	if n.Namespace == "" {
		return n.Name
	}
	return n.Namespace + "/" + n.Name
}
