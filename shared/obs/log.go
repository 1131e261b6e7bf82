// Package obs is observability: structured logs and metrics on standard output.
//
// Logs hold ids and codes, never message text, phone numbers, e-mail addresses or tokens. Metrics use CloudWatch's embedded format,
// without a call or an agent. It imports the standard library and fault.
package obs

import (
	"context"
	"io"
	"log/slog"
)

type contextKey struct{}

// NewLogger writes JSON lines with snake-case keys; function names the writer on each.
func NewLogger(w io.Writer, function string) *slog.Logger {
	handler := slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo})
	return slog.New(contextHandler{handler}).With(slog.String("function", function))
}

// With adds attributes that every line logged with the context carries: ids of the account, the conversation, the correlation.
func With(ctx context.Context, attrs ...slog.Attr) context.Context {
	had, _ := ctx.Value(contextKey{}).([]slog.Attr)
	return context.WithValue(ctx, contextKey{}, append(had[:len(had):len(had)], attrs...))
}

// contextHandler adds the context's attributes to each record.
type contextHandler struct{ slog.Handler }

func (h contextHandler) Handle(ctx context.Context, record slog.Record) error {
	if attrs, ok := ctx.Value(contextKey{}).([]slog.Attr); ok {
		record.AddAttrs(attrs...)
	}
	return h.Handler.Handle(ctx, record)
}

func (h contextHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return contextHandler{h.Handler.WithAttrs(attrs)}
}

func (h contextHandler) WithGroup(name string) slog.Handler {
	return contextHandler{h.Handler.WithGroup(name)}
}
