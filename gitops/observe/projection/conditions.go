package projection

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/krowave/krowave/render/expr/dialect"
)

// The conditions that kro sets itself.
const (
	instanceManaged = "InstanceManaged"
	graphResolved   = "GraphResolved"
	resourcesReady  = "ResourcesReady"
	ready           = "Ready"
)

// Condition is an entry of status.conditions of an instance, with kro's fields.
type Condition struct {
	Type               string  `json:"type"`
	Status             string  `json:"status"`
	LastTransitionTime string  `json:"lastTransitionTime,omitempty"`
	Reason             *string `json:"reason,omitempty"`
	Message            *string `json:"message,omitempty"`
	ObservedGeneration int64   `json:"observedGeneration,omitempty"`
}

// previousConditions reads status.conditions; entries of another shape are left out.
func previousConditions(status map[string]any) []Condition {
	list, _ := status["conditions"].([]any)
	var all []Condition
	for _, e := range list {
		data, err := json.Marshal(e)
		if err != nil {
			continue
		}
		var c Condition
		if json.Unmarshal(data, &c) == nil && c.Type != "" {
			all = append(all, c)
		}
	}
	return all
}

// own are kro's conditions, which always have a reason and a message.
func own(list []dialect.Condition) []Condition {
	all := make([]Condition, 0, len(list))
	for _, c := range list {
		all = append(all, Condition{Type: c.Type, Status: c.Status, Reason: &c.Reason, Message: &c.Message})
	}
	return all
}

// authored are the author's conditions, which leave out what is empty.
func authored(list []dialect.Condition) []Condition {
	all := own(list)
	for i := range all {
		if *all[i].Reason == "" {
			all[i].Reason = nil
		}
		if *all[i].Message == "" {
			all[i].Message = nil
		}
	}
	return all
}

// stamp gives conditions the generation, and the time of their last change: one that was not there before has the
// time first.
func stamp(conditions, previous []Condition, generation int64, first, now time.Time) []Condition {
	for i := range conditions {
		c := &conditions[i]
		c.ObservedGeneration, c.LastTransitionTime = generation, format(first)
		at := slices.IndexFunc(previous, func(p Condition) bool { return p.Type == c.Type })
		if at < 0 {
			continue
		}
		c.LastTransitionTime = format(now)
		if p := previous[at]; p.Status == c.Status && p.LastTransitionTime != "" {
			c.LastTransitionTime = p.LastTransitionTime
		}
	}
	return conditions
}

// ordered sorts kro's conditions as kro does: the last change last, and Ready behind all.
func ordered(conditions []Condition) {
	slices.SortStableFunc(conditions, func(a, b Condition) int {
		if a.Type == ready || b.Type == ready {
			return cmp.Compare(btoi(a.Type == ready), btoi(b.Type == ready))
		}
		return strings.Compare(a.LastTransitionTime, b.LastTransitionTime)
	})
}

func btoi(b bool) int { //nolint:revive // a conversion
	if b {
		return 1
	}
	return 0
}

// merged keeps the previous conditions of the types that are not there.
func merged(conditions, previous []Condition) []Condition {
	for _, p := range previous {
		if !slices.ContainsFunc(conditions, func(c Condition) bool { return c.Type == p.Type }) {
			conditions = append(conditions, p)
		}
	}
	return conditions
}

func format(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// builtin are kro's conditions for an instance.
func builtin(s standing) []dialect.Condition {
	all := []dialect.Condition{
		{Type: instanceManaged, Status: "True", Reason: "Managed", Message: "instance is properly managed with finalizers and labels"},
		{Type: graphResolved, Status: "True", Reason: "Resolved", Message: "runtime graph created and all resources resolved"},
		{Type: resourcesReady, Status: "True", Reason: "AllResourcesReady", Message: "all resources are created and ready"},
		{Type: ready, Status: "True", Reason: ready},
	}
	if s.state != Active {
		all[2].Status, all[2].Reason, all[2].Message = "False", s.reason, s.message
		all[3].Status, all[3].Reason, all[3].Message = "False", s.reason, s.message
	}
	return all
}
