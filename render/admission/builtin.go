package admission

import "slices"

// The OpenAPI documents of Kubernetes call every field required that Go does not omit when
// it is empty. The API server takes many objects without them: it has defaults, or empty is a
// good value. What it does insist on is listed here; each entry was tried out on the
// decoding, defaulting and validation of Kubernetes 1.36.

// enforced reports that objects without a field are refused, given that their
// schema calls the field required. Around is the nearest field outside of it.
func enforced(around, name string) bool {
	switch name {
	case "name":
		return hasName(around)
	case "kind":
		return isOf(around, "describedObject", "ownerReferences", "parameters", "resource", "roleRef", "scaleTargetRef", "subjects")
	case "key":
		return isOf(around, "configMapKeyRef", "items", "matchExpressions", "matchFields", "matchLabelExpressions", "secretKeyRef", "taints")
	case "operator":
		return isOf(around, "matchExpressions", "matchFields", "onExitCodes")
	case "port", "containerPort":
		return isOf(around, "grpc", "httpGet", "ports", "tcpSocket")
	case "path":
		return isOf(around, "hostPath", "items", "nfs", "serviceAccountToken")
	case "type":
		return isOf(around, "limits", "metrics", "onPodConditions", "policies", "seccompProfile", "target")
	case "metric", "target":
		return isOf(around, "containerResource", "external", "object", "pods", "resource")
	case "topologyKey":
		return isOf(around, "podAffinityTerm", "requiredDuringSchedulingIgnoredDuringExecution", "topologySpreadConstraints")
	case "containers", "jobTemplate", "maxReplicas", "scaleTargetRef", "schedule", "selector", "template":
		return around == "spec"
	}
	return isEnforcedOnce(around, name)
}

func hasName(around string) bool {
	return isOf(around,
		"claims", "containerResource", "containers", "describedObject", "env", "ephemeralContainers",
		"httpHeaders", "initContainers", "matchConditions", "metric", "ownerReferences", "parameters", "resource",
		"resourceClaims", "roleRef", "scaleTargetRef", "schedulingGates", "service", "subjects", "sysctls",
		"volumeDevices", "volumeMounts", "volumes", "webhooks")
}

// isEnforcedOnce are the fields that are required in one place.
func isEnforcedOnce(around, name string) bool {
	switch around {
	case "": // the root of the object
		return isOf(name, "addressType", "handler", "provisioner", "roleRef")
	case "addresses", "hostAliases":
		return name == "ip"
	case "containerResource":
		return name == "container"
	case "csi":
		return isOf(name, "driver", "volumeHandle")
	case "endpoints":
		return name == "addresses"
	case "fieldRef":
		return name == "fieldPath"
	case "http":
		return name == "paths"
	case "ipBlock":
		return name == "cidr"
	case "matchConditions":
		return name == "expression"
	case "matchExpressions":
		return name == "scopeName"
	case "matchLabelExpressions", "onExitCodes":
		return name == "values"
	case "nfs":
		return name == "server"
	case "object":
		return name == "describedObject"
	case "ownerReferences":
		return isOf(name, "apiVersion", "uid")
	case "paths":
		return isOf(name, "backend", "pathType")
	case "persistentVolumeClaim":
		return name == "claimName"
	case "policies":
		return isOf(name, "periodSeconds", "value")
	}
	return isEnforcedInPods(around, name)
}

// isEnforcedInPods goes on with what pods have.
func isEnforcedInPods(around, name string) bool {
	switch around {
	case "preferredDuringSchedulingIgnoredDuringExecution":
		return isOf(name, "podAffinityTerm", "weight")
	case "readinessGates":
		return name == "conditionType"
	case "required", "requiredDuringSchedulingIgnoredDuringExecution":
		return name == "nodeSelectorTerms"
	case "resourceFieldRef":
		return name == "resource"
	case "rules":
		return isOf(name, "action", "verbs")
	case "taints":
		return name == "effect"
	case "topologySpreadConstraints":
		return isOf(name, "maxSkew", "whenUnsatisfiable")
	case "volumeClaimTemplate":
		return name == "spec"
	case "volumeDevices":
		return name == "devicePath"
	case "volumeMounts":
		return name == "mountPath"
	case "webhooks":
		return isOf(name, "admissionReviewVersions", "clientConfig", "sideEffects")
	}
	return false
}

func isOf(word string, words ...string) bool { return slices.Contains(words, word) }
