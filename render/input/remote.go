package input

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resmap"

	"github.com/krowave/krowave/render/lazyregexp"
)

// userPrefix is the user of a repository in the notation of ssh.
var userPrefix = lazyregexp.New(`^[a-zA-Z][a-zA-Z0-9-]*@.*[/:]`)

// isRemote reports that kustomize could take a reference for one to another machine: it fetches http(s)
// URLs and runs git for everything that its own parser takes for a repository. This is deliberately more than that.
func isRemote(ref string) bool {
	s := strings.ToLower(strings.TrimSpace(ref))
	for _, prefix := range []string{"http:", "https:", "ssh:", "file:", "git:", "github.com/", "github.com:"} {
		if strings.HasPrefix(s, prefix) {
			return true
		}
	}
	return userPrefix().MatchString(s) || (strings.Contains(s, "://") && !strings.ContainsAny(s, "\n{"))
}

// resources reads objects with kustomize's own parser, so that what is checked is what kustomize will see.
func resources(text string) ([]map[string]any, error) {
	kustomizeOnce.Lock()
	defer kustomizeOnce.Unlock()
	built, err := resmap.NewFactory(provider.NewDepProvider().GetResourceFactory()).NewResMapFromBytes([]byte(text))
	if err != nil {
		return nil, err
	}
	var list []map[string]any
	for _, res := range built.Resources() {
		data, err := res.MarshalJSON()
		if err != nil {
			return nil, err
		}
		var object map[string]any
		if err := json.Unmarshal(data, &object); err != nil {
			return nil, err
		}
		list = append(list, object)
	}
	return list, nil
}

// remoteIn is the first reference to another machine in the configuration of a generator, transformer or
// validator, or "". Only fields that kustomize's built-in plugins take files from are looked at.
func remoteIn(config any) string {
	switch config := config.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(config)) {
			if found := cmp.Or(remoteField(key, config[key]), remoteIn(config[key])); found != "" {
				return found
			}
		}
	case []any:
		for _, v := range config {
			if found := remoteIn(v); found != "" {
				return found
			}
		}
	}
	return ""
}

func remoteField(key string, v any) string {
	known := false
	for _, name := range []string{"path", "paths", "files", "envs", "env", "targetFilePath", "valuesFile", "additionalValuesFiles"} {
		known = known || strings.EqualFold(key, name) // as encoding/json compares
	}
	if !known {
		return ""
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, item := range list {
		if s, ok := item.(string); ok && (isRemote(s) || isRemote(fileOf(s))) {
			return s
		}
	}
	return ""
}

// fileOf is the path in an entry KEY=PATH of a generator.
func fileOf(entry string) string {
	_, file, found := strings.Cut(entry, "=")
	if !found {
		return entry
	}
	return file
}
