package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "k8s.io/apimachinery/pkg/util/json"
)

// Objects are live objects of a server, read by GET alone. What the server serves is asked once. It is for one goroutine.
type Objects struct {
	server *Server
	served map[schema.GroupVersion][]resource
}

// resource is a kind that the server serves.
type resource struct {
	Name       string `json:"name"`
	Kind       string `json:"kind"`
	Namespaced bool   `json:"namespaced"`
}

// Objects are the live objects of the server.
func (s *Server) Objects() *Objects {
	return &Objects{server: s, served: map[schema.GroupVersion][]resource{}}
}

// metadataOnly asks for objects without anything but their metadata.
const metadataOnly = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

// Get is an object, or nil when there is none or when nothing serves its kind. A namespaced object without a namespace is
// looked for in the fallback. Of a Secret only the metadata is read, so that its values never leave the server.
func (o *Objects) Get(ctx context.Context, gvk schema.GroupVersionKind, namespace, fallback, name string) (map[string]any, error) {
	r, err := o.resource(ctx, gvk)
	if err != nil || r == nil {
		return nil, err
	}
	if namespace == "" {
		namespace = fallback
	}
	object, err := o.read(ctx, gvk, o.path(gvk, r, namespace)+"/"+url.PathEscape(name))
	if object != nil {
		object["apiVersion"], object["kind"] = gvk.GroupVersion().String(), gvk.Kind
	}
	return object, err
}

// List are the objects that a label selector chooses, of one namespace or, for "", of all; none when nothing serves the kind.
func (o *Objects) List(ctx context.Context, gvk schema.GroupVersionKind, namespace, selector string) ([]map[string]any, error) {
	r, err := o.resource(ctx, gvk)
	if err != nil || r == nil {
		return nil, err
	}
	var all []map[string]any
	query := url.Values{"labelSelector": {selector}, "limit": {"500"}}
	for {
		page, err := o.read(ctx, gvk, o.path(gvk, r, namespace)+"?"+query.Encode())
		if err != nil {
			return nil, err
		}
		items, _ := page["items"].([]any)
		for _, item := range items {
			if object, ok := item.(map[string]any); ok {
				object["apiVersion"], object["kind"] = gvk.GroupVersion().String(), gvk.Kind
				all = append(all, object)
			}
		}
		metadata, _ := page["metadata"].(map[string]any)
		next, _ := metadata["continue"].(string)
		if next == "" {
			return all, nil
		}
		query.Set("continue", next)
	}
}

// resource finds out what the server calls a kind; nil when it does not serve it.
func (o *Objects) resource(ctx context.Context, gvk schema.GroupVersionKind) (*resource, error) {
	gv := gvk.GroupVersion()
	served, known := o.served[gv]
	if !known {
		var list struct {
			Resources []resource `json:"resources"`
		}
		data, err := o.server.get(ctx, root(gv))
		if err != nil && !isMissing(err) {
			return nil, err
		}
		if err == nil {
			if err := kjson.Unmarshal(data, &list); err != nil {
				return nil, fmt.Errorf("read %s: %w", root(gv), err)
			}
		}
		served = list.Resources
		o.served[gv] = served
	}
	for i, r := range served {
		if r.Kind == gvk.Kind && !strings.Contains(r.Name, "/") {
			return &served[i], nil
		}
	}
	return nil, nil //nolint:nilnil // nothing serves the kind, which is no error
}

// root is where a group is served.
func root(gv schema.GroupVersion) string {
	if gv.Group == "" {
		return "/api/" + gv.Version
	}
	return "/apis/" + gv.Group + "/" + gv.Version
}

func (*Objects) path(gvk schema.GroupVersionKind, r *resource, namespace string) string {
	path := root(gvk.GroupVersion())
	if r.Namespaced && namespace != "" {
		path += "/namespaces/" + url.PathEscape(namespace)
	}
	return path + "/" + r.Name
}

// read is one answer; nil when there is none.
func (o *Objects) read(ctx context.Context, gvk schema.GroupVersionKind, path string) (map[string]any, error) {
	accept := "application/json"
	if gvk.GroupKind() == (schema.GroupKind{Kind: "Secret"}) {
		accept = metadataOnly
	}
	data, err := o.server.getAs(ctx, path, accept)
	if isMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var object map[string]any
	if err := kjson.Unmarshal(data, &object); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return object, nil
}

// statusError is an answer that is not the document.
type statusError struct {
	path, status string
	code         int
}

// Error implements error.
func (e *statusError) Error() string {
	return fmt.Sprintf("read %s: the server answers %s", e.path, e.status)
}

// isMissing reports that there is nothing.
func isMissing(err error) bool {
	e, ok := errors.AsType[*statusError](err)
	return ok && e.code == http.StatusNotFound
}
