package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

type loadItem struct {
	header
	Open       int    `dynamodbav:"open"`
	AssignedAt millis `dynamodbav:"assignedAt,omitempty"`
	Moves      int64  `dynamodbav:"moves,omitempty"`
	RepairedAt millis `dynamodbav:"repairedAt,omitempty"`
}

func toLoadItem(l chat.Load) loadItem {
	return loadItem{
		header: headed(loadKey(l.AccountID, l.OperatorID), kindLoad), Open: l.Open, AssignedAt: millisOf(l.LastAssignedAt),
		Moves: l.Moves, RepairedAt: millisOf(l.RepairedAt),
	}
}

// moveLoad changes how many conversations an operator carries.
func moveLoad(delta int) expression.UpdateBuilder {
	return headedUpdate(kindLoad).Add(expression.Name("open"), expression.Value(delta)).Add(expression.Name("moves"), expression.Value(1))
}

func decodeLoad(av item) (chat.Load, error) {
	it, err := decode[loadItem](av, kindLoad)
	if err != nil {
		return chat.Load{}, err
	}
	account, err := split(it.PK, "L", 1)
	if err != nil {
		return chat.Load{}, damaged(kindLoad, err)
	}
	operator, err := split(it.SK, "L", 1)
	if err != nil {
		return chat.Load{}, damaged(kindLoad, err)
	}
	return chat.Load{
		AccountID: chat.AccountID(account[0]), OperatorID: chat.OperatorID(operator[0]),
		Open: it.Open, LastAssignedAt: it.AssignedAt.time(), Moves: it.Moves, RepairedAt: it.RepairedAt.time(),
	}, nil
}

// Loads are what the operators of an account carry, consistently. Who never had a conversation is not among them.
func (s *Store) Loads(ctx context.Context, account chat.AccountID) ([]chat.Load, error) {
	items, err := s.all(ctx, query{
		table: Desk, condition: inPartition(loadKey(account, "x").pk, ""), consistent: true,
	}, "read the operators' loads")
	if err != nil {
		return nil, err
	}
	return decodeAll(items, decodeLoad)
}

// Load is what one operator carries, consistently: nothing, if they never had a conversation.
func (s *Store) Load(ctx context.Context, account chat.AccountID, operator chat.OperatorID) (chat.Load, error) {
	av, err := s.get(ctx, Desk, loadKey(account, operator), true, kindLoad)
	if fault.Is(err, fault.NotFound) {
		return chat.Load{AccountID: account, OperatorID: operator}, nil
	}
	if err != nil {
		return chat.Load{}, err
	}
	return decodeLoad(av)
}

// RepairLoad sets how many conversations an operator carries, unless it moved since it was read as seen, even there and back:
// then the answer is Conflict "version_changed".
func (s *Store) RepairLoad(ctx context.Context, seen chat.Load, open int) error {
	moves := expression.Name("moves")
	unmoved := moves.Equal(expression.Value(seen.Moves))
	if seen.Moves == 0 {
		unmoved = expression.AttributeNotExists(moves)
	}
	update := headedUpdate(kindLoad).Set(expression.Name("open"), expression.Value(open)).
		Set(expression.Name("repairedAt"), expression.Value(millisOf(s.clock()))).Add(moves, expression.Value(1))
	_, refused, err := s.updateItem(ctx, Desk, loadKey(seen.AccountID, seen.OperatorID), update, &unmoved, "repair an operator's load")
	if err == nil && refused {
		return conflict(ReasonVersionChanged)
	}
	return err
}

type readItem struct {
	header
	UpTo  string `dynamodbav:"upTo,omitempty"`
	Tells string `dynamodbav:"tells,omitempty"`
	At    millis `dynamodbav:"at"`
}

func toReadItem(r chat.ReadCursor) readItem {
	return readItem{
		header: headed(readKey(r.AccountID, r.OperatorID, r.ConversationID), kindRead),
		UpTo:   string(r.ReadUpTo), Tells: string(r.Tells), At: millisOf(r.At),
	}
}

func decodeRead(av item) (chat.ReadCursor, error) {
	it, err := decode[readItem](av, kindRead)
	if err != nil {
		return chat.ReadCursor{}, err
	}
	owner, err := split(it.PK, "O", 2)
	if err != nil {
		return chat.ReadCursor{}, damaged(kindRead, err)
	}
	conv, err := split(it.SK, "R", 1)
	if err != nil {
		return chat.ReadCursor{}, damaged(kindRead, err)
	}
	return chat.ReadCursor{
		AccountID: chat.AccountID(owner[0]), OperatorID: chat.OperatorID(owner[1]), ConversationID: chat.ConversationID(conv[0]),
		ReadUpTo: chat.MessageID(it.UpTo), Tells: chat.MessageID(it.Tells), At: it.At.time(),
	}, nil
}

// SetRead notes how far an operator has read; of two notes the later one stays, in whatever order they come. Who has read on in
// one browser does not fall back through what another one says; only the note that nothing was read goes back.
func (s *Store) SetRead(ctx context.Context, r chat.ReadCursor) error {
	upTo := expression.Name("upTo")
	later := expression.Name("at").LessThanEqual(expression.Value(millisOf(r.At)))
	if r.ReadUpTo != "" {
		later = later.And(expression.AttributeNotExists(upTo).Or(upTo.LessThan(expression.Value(string(r.ReadUpTo)))))
	}
	later = expression.AttributeNotExists(expression.Name("at")).Or(later)
	_, _, err := s.putItem(ctx, Desk, toReadItem(r), &later, "note what was read")
	return err
}

// ReadCursors are how far an operator has read several conversations; those never read are missing.
func (s *Store) ReadCursors(ctx context.Context, account chat.AccountID, operator chat.OperatorID, convs []chat.ConversationID) (map[chat.ConversationID]chat.ReadCursor, error) {
	keys := make([]key, len(convs))
	for i, id := range convs {
		keys[i] = readKey(account, operator, id)
	}
	found, err := s.batchGet(ctx, Desk, keys)
	if err != nil {
		return nil, err
	}
	cursors := make(map[chat.ConversationID]chat.ReadCursor, len(found))
	for _, av := range found {
		r, err := decodeRead(av)
		if err != nil {
			return nil, err
		}
		cursors[r.ConversationID] = r
	}
	return cursors, nil
}
