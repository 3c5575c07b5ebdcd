// Package observer answers Observations: it watches what they name and writes what there is to say about it.
//
// In: Observations, and the cluster. Out: Observation.status (the fields that were asked for, readiness, the evaluated status of the RGD) and
// .status of the instances, both by server-side apply and only when they differ from what stands there; and a call for each look
// (Reconciler.Notify). Objects are read as the service account that an Observation names, in its own namespace.
//
// What is known does not get less: the values of an object that is deleted, replaced by another of its name, or without any
// status stay until they are reported again; what cannot be read, for want of rights or because the API does not answer, changes
// nothing but the reason. What was known of a Secret are its metadata, whatever is asked.
//
// Nothing is written to an object that is not a status, and nothing is asked of the API while nothing changes. Compose is pure. A
// Reconciler works for many Observations at once and for one of them never twice at the same time.
package observer
