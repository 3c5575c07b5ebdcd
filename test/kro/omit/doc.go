// Package omit compares krowave with kro where kro's feature gate CELOmitFunction is on.
//
// In: RGDs that call omit(). Out: test failures for differences. kro's gates belong to the process, so
// that these cases need one of their own; it has no code.
package omit
