package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/infra/local/stack"
)

const (
	replyVisitors = 10
	replyRate     = 25
	shopOrigin    = "https://tienda.example"
)

var replyBars = bars{p99: 150}

// reply measures from an operator's reply to the frame at the visitor of the web chat.
func reply(ctx context.Context) error {
	seconds, err := measure.Number("SECONDS", 20)
	if err != nil {
		return err
	}
	runs, err := measure.Number("RUNS", 1)
	if err != nil {
		return err
	}
	fmt.Printf(`A reply over the API from its due time (HTTP post, open loop) to its frame at the visitor; %d visitors of a web chat, each with a socket.
%d s, %d runs, each with a stack of its own. Bar: p99 ≤ 150 ms.

| rate | p50 | p95 | p99 | largest, ms | arrived | bar |
|---|---|---|---|---|---|---|
`, replyVisitors, seconds, runs)
	for range runs {
		if err := replyRun(ctx, replyRate*seconds); err != nil {
			return err
		}
	}
	return nil
}

func replyRun(ctx context.Context, n int) error {
	s, stop, err := open(ctx, stack.Options{})
	if err != nil {
		return err
	}
	defer stop()
	awaited := &awaited{due: map[string]time.Time{}}
	conversations, sockets, err := s.visitors(ctx, awaited.heard)
	defer sockets.close()
	if err != nil {
		return err
	}
	awaited.begin(replyRate)
	measure.Pace(ctx, replyRate, n, func(i int, due time.Time) {
		text := awaited.expect(i, due)
		awaited.times.failed(s.owner.call(ctx, http.MethodPost, "/api/v1/conversations/"+conversations[i%replyVisitors]+"/messages", object{
			"clientId": text, "type": "text", "text": text,
		}, nil))
	})
	awaited.wait(ctx, n, time.Minute)
	if awaited.times.err != nil {
		return awaited.times.err
	}
	fmt.Printf("| %d/s | %s | %d of %d | %s |\n", replyRate, awaited.times.row(), len(awaited.times.ms), n, replyBars.verdict(awaited.times, n))
	return s.Settle(ctx)
}

// visitors opens conversations of a web chat, with the visitor's socket before each.
func (s *shop) visitors(ctx context.Context, heard func(string, time.Time)) (conversations []string, sockets crowd, err error) {
	var site struct{ ExternalID string }
	if err := s.owner.call(ctx, http.MethodPost, "/api/v1/channels", object{
		"type": "webchat", "name": "Tienda", "settings": object{"origins": []string{shopOrigin}},
	}, &site); err != nil {
		return nil, nil, err
	}
	for i := range replyVisitors {
		visitor := caller{shop: s}
		var session struct{ Token string }
		if err := visitor.call(ctx, http.MethodPost, "/widget/v1/sessions", object{"site": site.ExternalID, "origin": shopOrigin}, &session); err != nil {
			return nil, sockets, err
		}
		visitor.token = session.Token
		b, err := visitor.browseBy(ctx, "/widget/v1/socket-tickets", heard)
		if err != nil {
			return nil, sockets, err
		}
		sockets = append(sockets, b)
		text := object{"clientId": "first-" + strconv.Itoa(i), "type": "text", "text": "¿hay alguien?"}
		if err := visitor.call(ctx, http.MethodPost, "/widget/v1/messages", text, nil); err != nil {
			return nil, sockets, err
		}
	}
	if err := s.Settle(ctx); err != nil {
		return nil, sockets, err
	}
	var list struct{ Items []struct{ ID string } }
	if err := s.owner.call(ctx, http.MethodGet, "/api/v1/conversations?status=all&limit=50", nil, &list); err != nil {
		return nil, sockets, err
	}
	for _, item := range list.Items {
		conversations = append(conversations, item.ID)
	}
	if len(conversations) != replyVisitors {
		return nil, sockets, errors.New(strconv.Itoa(len(conversations)) + " conversations were opened")
	}
	return conversations, sockets, nil
}
