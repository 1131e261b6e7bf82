package httpapi

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Edge is how a function stands before the public. Secure says that browsers come over https; Wall times the answers.
type Edge struct {
	Log    *slog.Logger
	Wall   func() time.Time
	Secure bool
}

// Line is what the one line of a request tells beside how it went: which route it took, and ids of who asked.
type Line struct {
	Route  string
	Caller []slog.Attr
}

// Serve handles one request and logs it. It never fails: an error becomes a response, and a panic becomes status 500.
func (e Edge) Serve(ctx context.Context, event events.APIGatewayV2HTTPRequest, answer func(context.Context, *Request, *Line) (Response, error)) events.APIGatewayV2HTTPResponse {
	began := e.Wall()
	request, err := Decode(event)
	if request.ID == "" {
		request.ID = chat.NewID(began)
	}
	var line Line
	var response Response
	if err == nil {
		response, err = recovered(ctx, request, &line, answer)
	}
	if size := EnvelopeBytes(response.Body); err == nil && size > MaxAnswer {
		err = fault.New(fault.Internal, "the answer takes %d bytes", size).WithReason("answer_too_large")
	}
	if err != nil {
		response = Error(err)
	}
	e.logRequest(ctx, request, line, response.Status, e.Wall().Sub(began), err)
	return response.Encode(request.ID, e.Secure)
}

func recovered(ctx context.Context, r *Request, line *Line, answer func(context.Context, *Request, *Line) (Response, error)) (response Response, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return answer(ctx, r, line)
}

// logRequest writes the one line of a request: ids and codes, and no path, body, token or query.
func (e Edge) logRequest(ctx context.Context, r *Request, line Line, status int, took time.Duration, err error) {
	attrs := append([]slog.Attr{
		slog.String("request_id", r.ID), slog.String("method", r.Method), slog.String("route", line.Route),
		slog.Int("status", status), slog.Int64("duration_ms", took.Milliseconds()),
	}, line.Caller...)
	level := slog.LevelInfo
	if err != nil {
		attrs = append(attrs, slog.String("code", string(fault.As(err).Code)), slog.String("reason", fault.Reason(err)))
	}
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	e.Log.LogAttrs(ctx, level, "request", attrs...)
}

// Unready answers a request that came before the function could start.
func Unready(ctx context.Context, log *slog.Logger, event events.APIGatewayV2HTTPRequest, err error) events.APIGatewayV2HTTPResponse {
	log.ErrorContext(ctx, "the function cannot start", slog.String("reason", fault.Reason(err)), slog.String("error", err.Error()))
	return Error(err).Encode(event.RequestContext.RequestID, false)
}
