// Package parameters reads what an Argo CD Application asks of the plugin, sets fields of instances by it, and
// tells Argo CD's user interface what may be asked.
//
// In: the text of the variable ARGOCD_APP_PARAMETERS, compiled RGDs and the instances of an application. Out:
// [Parameters] by [Parse], instances with other values by [Apply], announcements by [Announcements]. Every
// parameter is declared once, in fixed; docs/reference/argocd-parameters.md is made from that and held to it by
// a test.
//
// A parameter that is misspelt must not be a parameter that is ignored: what nobody declares is an error, with a
// suggestion. All problems are reported at once. The value of a parameter is a text with a place, so that a
// problem that rendering finds in it names the parameter: "parameter spec.replicas:1:1".
//
// The package does no I/O, keeps no state, and changes nothing that it is given. It is safe for concurrent use.
package parameters
