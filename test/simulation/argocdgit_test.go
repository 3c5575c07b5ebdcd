package simulation_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/krowave/krowave/gitops/api/v1alpha1"
	"github.com/krowave/krowave/gitops/observe/demand"
)

// shape is what the RGD of a commit says.
type shape struct {
	// policy and parts read the ARN of the bucket, token has the policy read one more value, and status projects that.
	policy, parts, token, status bool
	// role reads a value of the policy.
	role bool
	// login is a ConfigMap: none, one of its own text, or one that reads a Secret and so is held for ever.
	login int
}

// The kinds of login.
const (
	noLogin = iota
	plainLogin
	secretLogin
)

// shop is an instance.
type shop struct {
	size   int
	parts  int
	option bool
}

// repository is a commit: the RGD, CRDs, and the instances.
type repository struct {
	revision int
	shape    shape
	shops    map[string]shop
}

const crdText = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: %[1]s.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: %[2]s, plural: %[1]s}
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
`

const rgdText = `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: shop}
spec:
  schema:
    apiVersion: v1alpha1
    kind: Shop
    spec: {size: "integer | default=1", option: "boolean | default=false", parts: "[]string"}
    status:
      arn: ${bucket.status.arn}
%s  resources:
    - id: bucket
      template:
        apiVersion: example.com/v1
        kind: Bucket
        metadata: {name: "${schema.metadata.name}-bucket"}
        spec: {size: "${schema.spec.size}"}
    - id: policy
      template:
        apiVersion: example.com/v1
        kind: Policy
        metadata: {name: "${schema.metadata.name}-policy"}
        spec: {resource: "%s", token: "%s", bucket: "${bucket.metadata.name}"}
    - id: parts
      forEach: [{part: "${schema.spec.parts}"}]
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "${schema.metadata.name}-${part}"}
        data: {resource: "%s", policy: "${policy.metadata.name}"}
    - id: option
      includeWhen: ["${schema.spec.option}"]
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "${schema.metadata.name}-option"}
        data: {text: plain}
`

const roleText = `    - id: role
      template:
        apiVersion: example.com/v1
        kind: Role
        metadata: {name: "${schema.metadata.name}-role"}
        spec: {policy: "${policy.status.arn}"}
`

const credsText = `    - id: creds
      externalRef: {apiVersion: v1, kind: Secret, metadata: {name: creds, namespace: default}}
`

const loginText = `    - id: login
      template:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "${schema.metadata.name}-login"}
        data: {password: "%s"}
`

// rgd is the text of an RGD.
func (s shape) rgd() string {
	choose := func(yes bool, text, otherwise string) string {
		if yes {
			return text
		}
		return otherwise
	}
	const arn, token, static = "${bucket.status.arn}", "${bucket.status.token}", "static"
	text := fmt.Sprintf(rgdText, choose(s.status, "      token: "+token+"\n", ""),
		choose(s.policy, arn, static), choose(s.token, token, static), choose(s.parts, arn, static))
	text += choose(s.role, roleText, "")
	switch s.login {
	case plainLogin:
		text += fmt.Sprintf(loginText, static)
	case secretLogin:
		text += credsText + fmt.Sprintf(loginText, "${string(creds.data.password)}")
	}
	return text
}

// files are what the plugin gets, and a digest of them.
func (r repository) files() (fstest.MapFS, string) {
	crds := ""
	for _, kind := range []string{"Bucket", "Policy", "Role"} {
		crds += fmt.Sprintf(crdText, strings.Replace(strings.ToLower(kind)+"s", "ys", "ies", 1), kind) + "---\n"
	}
	fsys := fstest.MapFS{"app/crds.yaml": {Data: []byte(crds)}, "app/rgd.yaml": {Data: []byte(r.shape.rgd())}}
	digest := fmt.Sprint(r.shape)
	for _, name := range sorted(r.shops) {
		s := r.shops[name]
		text := fmt.Sprintf("apiVersion: kro.run/v1alpha1\nkind: Shop\nmetadata: {name: %s, namespace: default}\nspec: {size: %d, option: %t, parts: [%s]}\n",
			name, s.size, s.option, strings.Join(s.names(), ", "))
		fsys["app/"+name+".yaml"] = &fstest.MapFile{Data: []byte(text)}
		digest += text
	}
	return fsys, digest
}

func (s shop) names() []string {
	return []string{"front", "middle", "back"}[:s.parts]
}

// wanted are the IDs of all objects that Git asks for, held or not.
func (r repository) wanted() map[string]bool {
	ids := map[string]bool{}
	for _, name := range []string{"buckets.example.com", "policies.example.com", "roles.example.com", "shops.kro.run"} {
		ids["CustomResourceDefinition/"+name] = true
	}
	for name, s := range r.shops {
		ids["Shop/"+name], ids["Observation/"+observationName(name)] = true, true
		ids["Bucket/"+name+"-bucket"], ids["Policy/"+name+"-policy"] = true, true
		for _, part := range s.names() {
			ids["ConfigMap/"+name+"-"+part] = true
		}
		if s.option {
			ids["ConfigMap/"+name+"-option"] = true
		}
		if r.shape.role {
			ids["Role/"+name+"-role"] = true
		}
		if r.shape.login != noLogin {
			ids["ConfigMap/"+name+"-login"] = true
		}
	}
	return ids
}

func observationName(shop string) string {
	return demand.Name(v1alpha1.InstanceReference{APIVersion: "kro.run/v1alpha1", Kind: "Shop", Namespace: "default", Name: shop})
}

// asks are the paths that an expression of any commit reads, by kind.
func asks() map[string][]string {
	return map[string][]string{
		"Bucket": {"metadata.name", "status.arn", "status.token"},
		"Policy": {"metadata.name", "status.arn"},
	}
}

// change is a commit on top of another one, and what it does.
func (r repository) change(random *rand.Rand) (repository, string) {
	next := repository{revision: r.revision + 1, shape: r.shape, shops: maps.Clone(r.shops)}
	names := slices.Sorted(maps.Keys(next.shops))
	if len(names) == 0 || len(names) < 3 && random.IntN(4) == 0 {
		name := fmt.Sprintf("s%d", random.IntN(4))
		next.shops[name] = shop{size: next.revision, parts: random.IntN(4), option: random.IntN(2) == 0}
		return next, "set instance " + name
	}
	name := names[random.IntN(len(names))]
	s := next.shops[name]
	what := "edit " + name
	switch random.IntN(11) {
	case 0:
		delete(next.shops, name)
		return next, "remove instance " + name
	case 1:
		s.option, what = !s.option, "switch the option of "+name
	case 2:
		s.parts, what = random.IntN(4), "set the parts of "+name
	case 3:
		next.shape.role, what = !r.shape.role, "add or remove the role"
	case 4:
		next.shape.policy, what = !r.shape.policy, "switch what the policy reads"
	case 5:
		next.shape.parts, what = !r.shape.parts, "switch what the parts read"
	case 6:
		next.shape.token, what = r.shape.status || random.IntN(4) == 0, "let the policy read the token or not"
	case 7, 8:
		next.shape.status, what = random.IntN(3) > 0, "project the token or not"
	case 9:
		next.shape.login, what = random.IntN(3), "set the login"
	default:
		s.size = next.revision
	}
	next.shops[name] = s
	return next, what
}
