package sqs

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Attribute is a message attribute: DataType is String, Number or Binary, with an optional ".label".
type Attribute struct {
	DataType    string  `json:"DataType"`
	StringValue *string `json:"StringValue,omitempty"`
	BinaryValue []byte  `json:"BinaryValue,omitempty"`
}

func (a Attribute) binary() bool { return strings.HasPrefix(a.DataType, "Binary") }

// record is what the store keeps of a message, beside its place in the order and its receive count.
type record struct {
	Queue      string               `json:"queue"`
	ID         string               `json:"id"`
	Body       string               `json:"body"`
	Group      string               `json:"group,omitempty"`
	Dedup      string               `json:"dedup,omitempty"`
	Attributes map[string]Attribute `json:"attributes,omitempty"`
	System     map[string]Attribute `json:"system,omitempty"`
	SentMS     int64                `json:"sentMs"`
	DelayMS    int64                `json:"delayMs,omitempty"`
	// Source is the queue that this message was dead-lettered from.
	Source string `json:"source,omitempty"`
}

func (r record) sentAt() time.Time { return time.UnixMilli(r.SentMS) }

// visibleFrom is when a message that nobody has received becomes visible. A clock that stands earlier than when the message
// was sent does not prolong its delay.
func (r record) visibleFrom(now time.Time) time.Time {
	delay := time.Duration(r.DelayMS) * time.Millisecond
	at := r.sentAt().Add(delay)
	if latest := now.Add(delay); at.After(latest) {
		return latest
	}
	return at
}

// size is the size in bytes that SQS counts: the body and every attribute's name, type and value.
func (r record) size() int { return len(r.Body) + weigh(r.Attributes) }

func weigh(attributes map[string]Attribute) int {
	var n int
	for name, a := range attributes {
		n += len(name) + len(a.DataType) + len(a.BinaryValue)
		if a.StringValue != nil {
			n += len(*a.StringValue)
		}
	}
	return n
}

// message is a record in a queue. Server.mu guards it.
type message struct {
	record
	seq      int64
	received int
	first    time.Time
	last     time.Time
	receipt  string

	state     state
	at        time.Time
	group     *group
	heapIndex int
}

// Message is a message as a consumer gets it.
type Message struct {
	ID      string
	Receipt string
	Body    string
	// System holds SQS's own attributes by their SQS names: ApproximateReceiveCount, SentTimestamp, MessageGroupId…
	System     map[string]string
	Attributes map[string]Attribute
}

// BodyMD5 is the sum that SQS answers beside the body.
func (m Message) BodyMD5() string { return bodyMD5(m.Body) }

// AttributesMD5 is the sum that SQS answers beside the message attributes, empty when there are none.
func (m Message) AttributesMD5() string { return attributesMD5(m.Attributes) }

// deliver is the message as its consumer gets it now.
func (m *message) deliver(fifo bool) Message {
	system := map[string]string{
		"SenderId":                         Account,
		"SentTimestamp":                    fmt.Sprint(m.SentMS),
		"ApproximateReceiveCount":          fmt.Sprint(m.received),
		"ApproximateFirstReceiveTimestamp": fmt.Sprint(m.first.UnixMilli()),
	}
	if fifo {
		system["SequenceNumber"] = sequence(m.seq)
		system["MessageDeduplicationId"] = m.Dedup
	}
	if m.Group != "" {
		system["MessageGroupId"] = m.Group
	}
	if m.Source != "" {
		system["DeadLetterQueueSourceArn"] = ARN(m.Source)
	}
	for name, a := range m.System {
		if a.StringValue != nil {
			system[name] = *a.StringValue
		}
	}
	return Message{ID: m.ID, Receipt: m.receipt, Body: m.Body, System: system, Attributes: m.Attributes}
}

// sequence is a SequenceNumber: 20 digits that sort as text.
func sequence(seq int64) string { return fmt.Sprintf("%020d", seq) }

func bodyMD5(body string) string {
	sum := md5.Sum([]byte(body))
	return hex.EncodeToString(sum[:])
}

// attributesMD5 follows "Calculating the MD5 message digest for message attributes" in SQS's developer guide.
func attributesMD5(attributes map[string]Attribute) string {
	if len(attributes) == 0 {
		return ""
	}
	var buf []byte
	field := func(b string) {
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(b)))
		buf = append(buf, b...)
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		a := attributes[name]
		field(name)
		field(a.DataType)
		if a.binary() {
			buf = append(buf, 2)
			field(string(a.BinaryValue))
		} else {
			buf = append(buf, 1)
			field(*a.StringValue)
		}
	}
	sum := md5.Sum(buf)
	return hex.EncodeToString(sum[:])
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// newID is a random UUID.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
