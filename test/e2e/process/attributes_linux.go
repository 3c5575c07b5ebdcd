package process

import "syscall"

// attributes make the kernel end the process when the test binary is killed.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
