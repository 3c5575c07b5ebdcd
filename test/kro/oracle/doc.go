// Package oracle answers, with kro's own packages and no cluster, what kro
// does with an RGD and an instance.
package oracle

import (
	_ "github.com/google/cel-go/cel"
	_ "github.com/google/go-cmp/cmp"
	_ "github.com/kubernetes-sigs/kro/pkg/graph"
	_ "github.com/kubernetes-sigs/kro/pkg/runtime"
	_ "github.com/krowave/krowave/render/diag"
	_ "k8s.io/api/core/v1"
	_ "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	_ "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	_ "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	_ "k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	_ "k8s.io/apimachinery/pkg/runtime"
	_ "k8s.io/apiserver/pkg/cel/openapi/resolver"
	_ "k8s.io/client-go/openapi3"
)
