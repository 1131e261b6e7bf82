package queue

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/recado-chat/recado/events"
)

// InboundID returns an id that is the same for every delivery of a provider's item. It is the queue's deduplication id, which only saves
// work: ingest does not rely on it.
func InboundID(item events.InboundReceived) string {
	return digest(item.Provider, item.Asset, item.ItemID, item.Kind, item.State)
}

// Inbound makes the inbound queue's message of an item. Items of the same asset and group stay in order.
func Inbound(item events.InboundReceived, group string) (Message, error) {
	id := InboundID(item)
	envelope, err := events.Wrap(id, "", item.ReceivedAt, item)
	return Message{Envelope: envelope, Group: digest(item.Provider, item.Asset, group), Dedup: id}, err
}

// digest hashes the parts to an id of fixed length, with characters that SQS accepts.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}
