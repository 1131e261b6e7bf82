package chat

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"time"
)

// Ids are opaque strings of the Crockford alphabet (or the provider's own, for external ones), typed so that one cannot be
// passed for another.
type (
	AccountID      string
	StoreID        string
	ChannelID      string
	OperatorID     string
	InvitationID   string
	GroupID        string
	ContactID      string
	ConversationID string
	MessageID      string
	EventID        string
)

// crockford is in ascending order of its bytes, so that ids sort like the numbers that they encode.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewID makes a 26-character id that sorts by the millisecond it was made in.
func NewID(now time.Time) string {
	var b [16]byte
	putMillis(b[:6], now)
	if _, err := rand.Read(b[6:]); err != nil {
		panic("chat: no randomness: " + err.Error()) // crypto/rand never fails on the platforms we run on
	}
	return encodeID(b)
}

// arrivalGrain is how long after the provider's time a message still sorts by its arrival: WhatsApp's times are whole seconds, and an
// answer must not sort before its question.
const arrivalGrain = 5 * time.Second

// SortTime is the time that orders a message: its arrival, but at most five seconds after the provider's time. So messages that arrive in
// the order of the provider's times keep that order, however late each is.
func SortTime(provider, arrival time.Time) time.Time {
	if latest := provider.Add(arrivalGrain); !provider.IsZero() && latest.Before(arrival) {
		return latest
	}
	return arrival
}

// NewMessageID makes an id that sorts by SortTime, then arrival, to the microsecond: messages of one webhook body keep their order. The
// same arguments give the same id; unique tells apart messages of the same instants (the provider's id or the client's).
func NewMessageID(sort, arrival time.Time, unique string) MessageID {
	var b [16]byte
	putMillis(b[:6], sort)
	putMillis(b[6:12], arrival)
	sum := sha256.Sum256([]byte(unique))
	micros := uint32(arrival.Nanosecond()/1000%1000) << 22
	binary.BigEndian.PutUint32(b[12:], micros|binary.BigEndian.Uint32(sum[:4])>>10)
	return MessageID(encodeID(b))
}

// ArrivedAt is the arrival that the id was made of, to the millisecond; zero for an id that NewMessageID did not make.
func (id MessageID) ArrivedAt() time.Time {
	if len(id) != 26 {
		return time.Time{}
	}
	var number [2]uint64 // of 128 bits, the high ones first
	for i := range len(id) {
		digit := strings.IndexByte(crockford, id[i])
		if digit < 0 {
			return time.Time{}
		}
		number[0] = number[0]<<5 | number[1]>>59
		number[1] = number[1]<<5 | uint64(digit)
	}
	return time.UnixMilli(int64(number[0]&0xFFFF<<32 | number[1]>>32)).UTC()
}

// DeterministicID makes the same id from the same arguments: for effects that may be repeated. It sorts by at, then by sequence,
// which tells the order of what happened in one millisecond.
func DeterministicID(at time.Time, sequence int64, parts ...string) string {
	var b [16]byte
	putMillis(b[:6], at)
	binary.BigEndian.PutUint32(b[6:10], uint32(sequence))
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	copy(b[10:], sum[:6])
	return encodeID(b)
}

func putMillis(dst []byte, t time.Time) {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(t.UnixMilli(), 0)))
	copy(dst, ms[2:])
}

func encodeID(b [16]byte) string {
	var out [26]byte
	hi := binary.BigEndian.Uint64(b[:8])
	lo := binary.BigEndian.Uint64(b[8:])
	for i := 25; i >= 0; i-- {
		out[i] = crockford[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(out[:])
}
