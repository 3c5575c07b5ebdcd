package health

import (
	_ "embed" // for the functions
	"strings"
)

// The pieces of scripts. ready.lua expects the status in a local variable of that name, and
// leaves the condition Ready and a message to instance.lua and definition.lua.
var (
	//go:embed script/prelude.lua
	preludeLua string
	//go:embed script/stale.lua
	staleLua string
	//go:embed script/ready.lua
	readyLua string
	//go:embed script/instance.lua
	instanceLua string
	//go:embed script/definition.lua
	definitionLua string
)

// function is a Lua function that translations call.
type function struct {
	name string
	lua  string
}

// prelude are the functions, none of which calls another one. They stand in a script only where
// a translation calls them. An error is the answer for what is not there.
func prelude() []function {
	const start = "local function "
	var all []function
	for text := range strings.SplitSeq("\n"+strings.TrimSpace(preludeLua), "\n"+start) {
		if name, _, ok := strings.Cut(text, "("); ok {
			all = append(all, function{name: name, lua: start + text + "\n"})
		}
	}
	return all
}
