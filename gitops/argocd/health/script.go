package health

import (
	"fmt"
	"slices"
	"strings"
)

// answer leaves a script with what Argo CD knows of health, and a message.
func answer(status, message string) string {
	return fmt.Sprintf("return {status = %s, message = %s}", quote(status), quote(message))
}

// nodeScript is the check of a kind by the conditions of its nodes. A controller that says which
// generation its status is about is taken at its word.
func nodeScript(conditions []condition) string {
	var b strings.Builder
	for _, f := range prelude() {
		if slices.ContainsFunc(conditions, func(c condition) bool { return slices.Contains(c.lua.calls, f.name) }) {
			b.WriteString(f.lua)
		}
	}
	b.WriteString(staleLua)
	for _, c := range conditions {
		fmt.Fprintf(&b, "ok, ready = pcall(function() return %s end)\nif not ok or ready ~= true then\n  %s\nend\n",
			c.lua.text, answer("Progressing", "waiting for "+strings.Join(strings.Fields(c.ready.Text()), " ")))
	}
	b.WriteString(answer("Healthy", "ready") + "\n")
	return b.String()
}

// silence leaves a script for an object of which a part of the status is missing.
func silence(missing, answer string) string {
	return "local status = obj.status\nif type(status) ~= \"table\"" + missing + " then\n  " + answer + "\nend\n"
}

// instanceScript is the check of instances: of what kro writes into their status, and who else
// writes it for kro.
func instanceScript(o Options) string {
	silent := answer("Healthy", "nobody reports on it; its resources have been applied before it")
	if o.Passthrough {
		silent = answer("Progressing", "waiting for its status")
	}
	return silence(" or (status.state == nil and status.conditions == nil)", silent) + readyLua + instanceLua
}

// definitionScript is the check of RGDs themselves. An RGD that kro refuses stays refused until
// somebody changes it.
func definitionScript() string {
	return silence("", answer("Progressing", "waiting for its status")) + readyLua + definitionLua
}
