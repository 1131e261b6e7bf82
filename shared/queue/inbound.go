package queue

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/recado-chat/recado/events"
)

// InboundID names an item by what the provider calls it, whenever and however often it comes. It is what the queue knows repetitions
// by, which is an economy: ingest does not rely on it.
func InboundID(item events.InboundReceived) string {
	return digest(item.Provider, item.Asset, item.ItemID, item.Kind, item.State)
}

// Inbound makes an item ready for the inbound queue. Items of one group of one asset keep their order.
func Inbound(item events.InboundReceived, group string) (Message, error) {
	id := InboundID(item)
	envelope, err := events.Wrap(id, "", item.ReceivedAt, item)
	return Message{Envelope: envelope, Group: digest(item.Provider, item.Asset, group), Dedup: id}, err
}

// digest is a name of fixed length that SQS takes, whatever the parts hold.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}
