package acceptance_test

import "testing"

// B-04: an operator who is switched off, made read-only or moved to another store by mistake loses their conversations, and gets them
// again when the mistake is undone.
func TestRelease_Undone_OperatorHasTheirsAgain(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	elsewhere := a.store("Otra tienda")
	one := a.operator("Uno", nil)
	one.be("available")
	had := a.operators()[one.id].StoreIDs
	a.distribute("account", "")
	a.say("5491150005001", "hola")
	v := a.only()
	a.owner.until(v.ID, func(c conversation) bool { return c.assignee() == one.id })
	a.distribute("groups", "")
	for name, change := range map[string][2]object{
		"switched off":           {{"active": false}, {"active": true}},
		"read-only":              {{"role": "readonly"}, {"role": "operator"}},
		"moved to another store": {{"storeIds": []string{elsewhere}}, {"storeIds": had}},
	} {
		a.change(one.id, change[0])
		a.settle()
		if got := a.owner.conversation(v.ID); got.AssigneeID != nil {
			t.Errorf("%s: they still have it", name)
		}
		a.change(one.id, change[1])
		a.settle()
		if got := a.owner.conversation(v.ID); got.assignee() != one.id {
			t.Errorf("%s and back: it is %q's", name, got.assignee())
		}
	}
	a.loadsEqualARecount()
}
