package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/spf13/pflag"
)

// variable is a variable of the environment that stands for a flag which was not given. The names are those that
// Argo CD's own plugin server reads.
type variable struct {
	name, flag string
	// cap says that the variable can only lower the flag, a duration, and does so even when the flag was given.
	cap bool
}

// socketDir is the variable that Argo CD itself reads too, to find the plugins.
const socketDir = "ARGOCD_PLUGINSOCKFILEPATH"

// variables are all that are read but those that an application is rendered with.
func variables() []variable {
	return []variable{
		{name: socketDir, flag: "socket-dir"},
		{name: "ARGOCD_EXEC_TIMEOUT", flag: "timeout", cap: true},
		{name: "ARGOCD_GRPC_MAX_SIZE_MB", flag: "max-message-mb"},
		{name: "ARGOCD_GRPC_KEEP_ALIVE_MIN", flag: "keepalive-min"},
		{name: "ARGOCD_CMP_SERVER_LOGFORMAT", flag: "log-format"},
		{name: "ARGOCD_CMP_SERVER_LOGLEVEL", flag: "log-level"},
		{name: "ARGOCD_CMP_SERVER_OTLP_ADDRESS", flag: "otlp-address"},
		{name: "ARGOCD_CMP_SERVER_OTLP_INSECURE", flag: "otlp-insecure"},
		{name: "ARGOCD_CMP_SERVER_OTLP_HEADERS", flag: "otlp-headers"},
	}
}

// fromEnvironment sets the flags that variables stand for, as far as the command has them. An empty variable is none.
func fromEnvironment(flags *pflag.FlagSet, env map[string]string) error {
	for _, v := range variables() {
		value, flag := env[v.name], flags.Lookup(v.flag)
		if value == "" || flag == nil || flag.Changed && !v.cap {
			continue
		}
		if v.cap {
			set, err := flags.GetDuration(v.flag)
			if err != nil {
				return err
			}
			limit, err := time.ParseDuration(value)
			if err != nil || limit <= 0 {
				return fmt.Errorf("%s=%q: want a duration such as 90s", v.name, value)
			}
			value = min(set, limit).String()
		}
		if err := flags.Set(v.flag, value); err != nil {
			return fmt.Errorf("%s=%q: %w", v.name, value, err)
		}
	}
	return nil
}

// choice is a flag that has one of a few values.
type choice struct {
	value   *string
	choices []string
}

func (c choice) String() string {
	if c.value == nil {
		return ""
	}
	return *c.value
}

func (c choice) Type() string { return "string" }

func (c choice) Set(value string) error {
	if !slices.Contains(c.choices, value) {
		return fmt.Errorf("want one of %q", c.choices)
	}
	*c.value = value
	return nil
}
