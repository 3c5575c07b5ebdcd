// Package crd makes the CustomResourceDefinition of an RGD, and judges it.
//
// In: the schemas of spec and status with the names of the API. Out: the CRD that
// kro would create ([Synthesize]), as a typed value and as a plain object
// ([Object]); what an API server would refuse about it, as problems that point into
// the RGD ([Check]); and what an update from one CRD to another would break, by
// kro's own rules ([Compare]). See docs/compat/kro.md#crd.
//
// The CRD carries none of the labels that kro's controller stamps on it. The package
// asks no API server: Check applies the rules of creation offline, with the API
// machinery's own code for structural schemas, defaults and CEL rules. It does not
// see what only a server knows, such as names that another CRD has taken.
//
// Values that are passed in are not changed; what is returned shares no memory
// with them unless said otherwise.
package crd
