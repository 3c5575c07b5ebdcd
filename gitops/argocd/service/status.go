package service

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/krowave/krowave/gitops/argocd/application"
	"github.com/krowave/krowave/gitops/argocd/upload"
)

// The classes of errors, a label of the metrics and an attribute of the log.
const (
	classInvalid  = "invalid"  // the files or parameters of the application
	classHeld     = "held"     // a value that only exists at run time
	classRejected = "rejected" // the upload itself
	classDeadline = "deadline"
	classCanceled = "canceled"
	classPanic    = "panic"
	classSystem   = "system"
)

// verdict is the one place that turns an error into what Argo CD is told. The text is the same for the same input,
// since Argo CD compares it; only a deadline tells times, in whole seconds.
func verdict(err error, c *call) (*status.Status, string) {
	var (
		invalid  *application.InvalidError
		large    *tooLargeError
		held     *application.HeldError
		rejected *upload.RejectedError
		defect   *application.PanicError
	)
	switch {
	case errors.As(err, &invalid):
		return status.New(codes.InvalidArgument, strings.TrimSpace(invalid.Error())), classInvalid
	case errors.As(err, &large):
		return status.New(codes.InvalidArgument, large.Error()), classInvalid
	case errors.As(err, &held):
		return status.New(codes.FailedPrecondition, strings.TrimSpace(held.Error())), classHeld
	case errors.As(err, &rejected):
		return status.New(codes.InvalidArgument, rejected.Error()), classRejected
	case status.Code(err) == codes.ResourceExhausted: // a message over the limit, which gRPC has answered already
		return status.New(codes.ResourceExhausted, status.Convert(err).Message()), classRejected
	case errors.As(err, &defect):
		return status.Newf(codes.Internal, "internal error of krowave on the upload with sha256 %s: please report it", c.digest()), classPanic
	case errors.Is(err, context.DeadlineExceeded) || status.Code(err) == codes.DeadlineExceeded:
		return status.New(codes.DeadlineExceeded, late(c)), classDeadline
	case errors.Is(err, context.Canceled) || status.Code(err) == codes.Canceled:
		return status.New(codes.Canceled, "the caller is gone"), classCanceled
	}
	return status.New(codes.Internal, err.Error()), classSystem
}

// late says where the time went.
func late(c *call) string {
	spent, _ := c.watch.times()
	seconds := func(p phase) int { return int(math.Round(spent[p].Seconds())) }
	var all time.Duration
	for _, d := range spent {
		all += d
	}
	return fmt.Sprintf("no answer within %d s: receiving the upload took %d s, waiting for a turn %d s, rendering %d s",
		int(math.Round(all.Seconds())), seconds(receiving), seconds(queued), seconds(rendering))
}

// tooLargeError says that an answer would not arrive.
type tooLargeError struct{ size, limit int }

func (e *tooLargeError) Error() string {
	return fmt.Sprintf("the manifests have %d bytes together, more than the %d of a message; ARGOCD_GRPC_MAX_SIZE_MB raises that, here and in argocd-repo-server", e.size, e.limit)
}
