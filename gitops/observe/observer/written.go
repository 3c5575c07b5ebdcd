package observer

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/projection"
	"github.com/krowave/krowave/gitops/observe/watch"
)

// written remembers what was written until the cache has it: without that, a look at an older state would forget the last
// values of an object that is gone in the meantime.
type written struct {
	mu        sync.Mutex
	versions  map[types.NamespacedName]string
	instances map[types.NamespacedName]wroteInstance
}

type wroteInstance struct {
	version string
	status  map[string]any
}

func (w *written) forget(name types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.versions, name)
	delete(w.instances, name)
}

func (w *written) remember(o *v1alpha1.Observation, version string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.versions == nil {
		w.versions = map[types.NamespacedName]string{}
	}
	w.versions[client.ObjectKeyFromObject(o)] = version
}

// isStale reports an Observation that is older than what was written.
func (w *written) isStale(o *v1alpha1.Observation) bool {
	name := client.ObjectKeyFromObject(o)
	w.mu.Lock()
	defer w.mu.Unlock()
	version, ok := w.versions[name]
	if !ok {
		return false
	}
	if older(o.ResourceVersion, version) {
		return true
	}
	delete(w.versions, name)
	return false
}

func (w *written) rememberInstance(name types.NamespacedName, version string, status map[string]any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.instances == nil {
		w.instances = map[types.NamespacedName]wroteInstance{}
	}
	w.instances[name] = wroteInstance{version: version, status: status}
}

// instance is the instance as it stands, with the status that was written last if the watch does not have it yet.
func (w *written) instance(name types.NamespacedName, live *watch.Object) *projection.Instance {
	i := &projection.Instance{Generation: live.Generation, Status: map[string]any{}}
	read(live, createdField, &i.Created)
	read(live, statusField, &i.Status)
	w.mu.Lock()
	defer w.mu.Unlock()
	last, ok := w.instances[name]
	if !ok {
		return i
	}
	if older(live.ResourceVersion, last.version) {
		i.Status = last.status
		return i
	}
	delete(w.instances, name)
	return i
}

// read reads a field of an object; one that is not there changes nothing.
func read[T time.Time | map[string]any](o *watch.Object, path string, to *T) {
	f, ok := o.Field(path)
	if !ok || f.Value == nil {
		return
	}
	var v T
	if json.Unmarshal(f.Value.Raw, &v) == nil {
		*to = v
	}
}

// older compares resource versions.
func older(a, b string) bool {
	c, err := resourceversion.CompareResourceVersion(a, b)
	return err == nil && c < 0
}

// onlyStatus is an object to apply to a status: its name and nothing else but that.
func onlyStatus(kind schema.GroupVersionKind, namespace, name string, status any) (*unstructured.Unstructured, error) {
	data, err := json.Marshal(map[string]any{"status": status})
	if err != nil {
		return nil, fmt.Errorf("encode the status of %s %s/%s: %w", kind.Kind, namespace, name, err)
	}
	u := &unstructured.Unstructured{Object: map[string]any{}}
	if err := json.Unmarshal(data, &u.Object); err != nil {
		return nil, fmt.Errorf("encode the status of %s %s/%s: %w", kind.Kind, namespace, name, err)
	}
	u.SetGroupVersionKind(kind)
	u.SetNamespace(namespace)
	u.SetName(name)
	return u, nil
}
