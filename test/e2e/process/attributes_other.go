//go:build !linux

package process

import "syscall"

// attributes are none: a test binary that is killed leaves its processes behind.
func attributes() *syscall.SysProcAttr { return nil }
