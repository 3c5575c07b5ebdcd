package main

import (
	"io"
	"log/slog"
)

// levels are the names of levels; those that Argo CD has beyond them stand for their neighbours.
func levels() map[string]slog.Level {
	return map[string]slog.Level{
		"trace": slog.LevelDebug, "debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "warning": slog.LevelWarn,
		"error": slog.LevelError, "fatal": slog.LevelError, "panic": slog.LevelError,
	}
}

// newLog writes lines of a format from a level on.
func newLog(w io.Writer, format, level string) *slog.Logger {
	o := &slog.HandlerOptions{Level: levels()[level]}
	if format == "text" {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}
