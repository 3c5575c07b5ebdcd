package diag

// Codes of the input: INP001 and up for files and the objects in them, INP051 and up for
// kustomizations, INP071 and up for krowave.yaml, INP101 and up for schemas that are given as files.
const (
	InputPath      Code = "INP001" // a path that cannot be read
	InputLimit     Code = "INP002" // more files, bytes or documents than allowed
	InputLink      Code = "INP003" // a symbolic link that leaves the input
	InputNoObject  Code = "INP004" // a document that is no Kubernetes object, beside others that are
	InputHalf      Code = "INP005" // a document with only one of apiVersion and kind
	InputIdentity  Code = "INP006" // an object without a usable name or namespace
	InputOldKind   Code = "INP007" // a kind or version of an RGD that this kro does not have
	InputDuplicate Code = "INP008" // an object that is given twice
	InputTemplates Code = "INP009" // a Helm chart, whose templates are not read
	InputMisplaced Code = "INP010" // a configuration document in a file with another name
	InputSecret    Code = "INP011" // a Secret among the observed objects
	InputUndefined Code = "INP012" // an object of a group of RGDs, of a kind that none of them defines

	InputObservation Code = "INP013" // an Observation that cannot be read

	KustomizeFile      Code = "INP051" // a kustomization that cannot be read
	KustomizeRemote    Code = "INP052" // a reference to another machine
	KustomizeMissing   Code = "INP053" // a reference to a file that does not exist
	KustomizeBuild     Code = "INP054" // a kustomization that kustomize refuses
	KustomizeCycle     Code = "INP055" // kustomizations that contain each other
	KustomizeComponent Code = "INP056" // a component that no kustomization uses
	KustomizeHelm      Code = "INP057" // a Helm chart in a kustomization

	ConfigField    Code = "INP071" // a field of krowave.yaml that does not exist
	ConfigValue    Code = "INP072" // a field of krowave.yaml with a wrong value
	ConfigPath     Code = "INP073" // a path in krowave.yaml that leaves the repository
	ConfigConflict Code = "INP074" // two krowave.yaml for one render

	InputVersion Code = "INP100" // a Kubernetes version whose schemas are not built in

	InputCRD       Code = "INP101" // a CustomResourceDefinition with a field that is missing or of the wrong type
	InputCRDServed Code = "INP102" // a CustomResourceDefinition without a served version
)

func inputCodes() []Definition {
	return []Definition{
		{InputPath, "a path that does not exist or cannot be read"},
		{InputLimit, "more files, bytes or documents than allowed"},
		{InputLink, "a symbolic link that leads out of the input"},
		{InputNoObject, "a document that is no Kubernetes object among documents that are"},
		{InputHalf, "a document with only one of apiVersion and kind"},
		{InputIdentity, "an object without a usable name or namespace"},
		{InputOldKind, "a kind or version of an RGD that kro v0.9.4 does not have"},
		{InputDuplicate, "an object that is given twice"},
		{InputTemplates, "a Helm chart, whose templates are not read"},
		{InputMisplaced, "a configuration document in a file that has another name"},
		{InputSecret, "a Secret among the observed objects, whose values are not read"},
		{InputUndefined, "an object in a group of RGDs whose kind nothing defines"},
		{InputObservation, "an Observation among the observed objects that cannot be read"},
		{KustomizeFile, "a kustomization file that cannot be read"},
		{KustomizeRemote, "a kustomization that refers to a URL or a repository"},
		{KustomizeMissing, "a kustomization that refers to a file that does not exist"},
		{KustomizeBuild, "a kustomization that kustomize refuses to build"},
		{KustomizeCycle, "kustomizations that contain each other"},
		{KustomizeComponent, "a kustomize component that no kustomization uses"},
		{KustomizeHelm, "a kustomization that inflates a Helm chart"},
		{ConfigField, "a field that krowave.yaml does not have"},
		{ConfigValue, "a field of krowave.yaml with a wrong value"},
		{ConfigPath, "a path in krowave.yaml that leads out of the repository"},
		{ConfigConflict, "two krowave.yaml files for one render"},
		{InputVersion, "a Kubernetes version whose schemas are not built in"},
		{InputCRD, "a CustomResourceDefinition with a field that is missing or of the wrong type"},
		{InputCRDServed, "a CustomResourceDefinition without a served version"},
	}
}
