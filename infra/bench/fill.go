package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/recado-chat/recado/infra/bench/fixture"
	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/infra/local/stack"
	"github.com/recado-chat/recado/shared/chat"
)

// perConversation is how many messages the fixture gives each of its conversations.
const perConversation = 5

// fill measures the generator: messages with all that belongs to them, written in batches past the API.
func fill(ctx context.Context) error {
	messages, err := measure.Number("MESSAGES", 10_000)
	if err != nil {
		return err
	}
	s, stop, err := open(ctx, stack.Options{NoSources: true})
	if err != nil {
		return err
	}
	defer stop()
	fmt.Printf(`%d conversations of %d messages each, with contact, identity, search words, list rows and Events, in BatchWriteItem of 25, 8 at once; no function runs.

| messages | messages/s | MB on disk |
|---|---|---|
`, messages/perConversation, perConversation)
	const parts = 4
	spec := s.spec()
	spec.Messages = perConversation
	began := time.Now()
	for i := range parts {
		spec.Number, spec.First = max(messages/perConversation/parts, 1), i*messages/perConversation/parts
		part := time.Now()
		if err := fixture.Write(ctx, s.Engine.Client(), s.Tables(), spec); err != nil {
			return err
		}
		wrote := spec.Number * perConversation
		fmt.Printf("| %d | %.0f | %d |\n", (i+1)*wrote, float64(wrote)/time.Since(part).Seconds(), s.diskBytes()>>20)
	}
	took := time.Since(began)
	fmt.Printf("\n%.0f messages/s, %s in all; a million at this rate: %s.\n", float64(messages)/took.Seconds(), took.Round(time.Second),
		(took * time.Duration(1_000_000/messages)).Round(time.Minute))
	return nil
}

// spec is a crowd of the shop's, over the last week.
func (s *shop) spec() fixture.Spec {
	const week = 7 * 24 * time.Hour
	return fixture.Spec{
		Account: s.account, Store: s.store, Channel: s.channel, Closing: chat.Closing{Idle: 30 * 24 * time.Hour}, Zone: time.UTC,
		Shards: 1, Messages: 1, Oldest: s.Clock.Now().Add(-week), Spread: week - time.Minute,
	}
}

// diskBytes is what the database's files hold.
func (s *shop) diskBytes() (total int64) {
	files, _ := filepath.Glob(filepath.Join(s.dir, "dynamodb", "*")) // the pattern is well formed
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			total += info.Size()
		}
	}
	return total
}
