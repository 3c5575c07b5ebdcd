// Package input reads what is to be rendered.
//
// In: an [fs.FS], roots in it, and [Options]. Out: a [Set] of RGDs, CRDs and other Kubernetes
// objects, each as a tree whose every value knows where it was written, and all
// problems found on the way. [LoadObserved] reads live objects instead.
//
// What is input. A root is a file, a directory, or "-" for [Options.Stdin]. A directory is walked in the
// order of names; its files that end in .yaml, .yml or .json are read. Every document with apiVersion and kind is an
// object, a List is its items. A file in which no document has either is not Kubernetes' business and
// is passed over in silence. Never input are: names that start with a dot (so .git and
// .argocd-source*.yaml), krowave.yaml, Chart.yaml, the templates of a Helm chart, what a symbolic
// link to a directory or out of the file system leads to, and what [Options.Ignore] names.
//
// Kustomizations. A directory with a kustomization file is built by kustomize instead of read, with kustomize's own
// restrictions and without network, Helm, plugins or commands: a reference to another machine is refused before
// kustomize sees it. A root that has one is built, and nothing else of it is read. Below a root that has none, each
// kustomization is built once unless another one there refers to it: of base, overlays/a and
// overlays/b that is the overlays, as a person would build them. The files in and
// below the directory of a kustomization are never read as plain files. Built objects have the places of the files that they
// were made from ([source.Relocate]); what kustomize added has the place of what it was added to.
//
// One Set is one desired state: the same object twice is an error, also when two
// overlays build it.
//
// kustomize itself writes to the standard error of the process where a kustomization has patchesStrategicMerge,
// patchesJson6902 or vars, and where it does not replace a variable; it takes no writer for that, and to exchange the
// process's would be a race. Fields whose new form gives the same objects (bases, imageTags, commonLabels) are handed to it in
// that form. These three have none: patches of the new field run at another time, before names, labels and namespaces are set,
// and replacements follow other rules than vars.
//
// Apart from that the package does no I/O but through the fs.FS, never leaves it, and never looks into RGDs. The result depends on the
// content of the files alone. It is safe for concurrent use; kustomize, which is not, is run one build at a time.
package input
