"""Which edition of its rules a consultation has: a number that no two editions ever share."""

from django.db import migrations, models

# A sequence never gives a number twice, not even after a rollback. Touching the consultation's row is enough:
# its own trigger takes the next number.
TRIGGERS = """
CREATE SEQUENCE dialogue_rules_version_seq OWNED BY dialogue_consultation.rules_version;

CREATE FUNCTION dialogue_new_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.rules_version := nextval('dialogue_rules_version_seq');
    RETURN NEW;
END
$$;
CREATE TRIGGER dialogue_new_rules BEFORE INSERT OR UPDATE ON dialogue_consultation
    FOR EACH ROW EXECUTE FUNCTION dialogue_new_rules();
UPDATE dialogue_consultation SET rules_version = 0;

CREATE FUNCTION dialogue_part_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        UPDATE dialogue_consultation SET rules_version = 0 WHERE id = OLD.consultation_id;
    END IF;
    IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND NEW.consultation_id <> OLD.consultation_id THEN
        UPDATE dialogue_consultation SET rules_version = 0 WHERE id = NEW.consultation_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER dialogue_part_changed AFTER INSERT OR UPDATE OR DELETE ON dialogue_theme
    FOR EACH ROW EXECUTE FUNCTION dialogue_part_changed();
CREATE TRIGGER dialogue_part_changed AFTER INSERT OR UPDATE OR DELETE ON dialogue_alternative
    FOR EACH ROW EXECUTE FUNCTION dialogue_part_changed();
CREATE TRIGGER dialogue_part_changed AFTER INSERT OR UPDATE OR DELETE ON dialogue_question
    FOR EACH ROW EXECUTE FUNCTION dialogue_part_changed();

CREATE FUNCTION dialogue_municipality_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE dialogue_consultation SET rules_version = 0 WHERE municipality_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER dialogue_municipality_changed AFTER UPDATE ON people_municipality
    FOR EACH ROW EXECUTE FUNCTION dialogue_municipality_changed();
"""
REMOVE = """
DROP TRIGGER dialogue_municipality_changed ON people_municipality;
DROP TRIGGER dialogue_part_changed ON dialogue_question;
DROP TRIGGER dialogue_part_changed ON dialogue_alternative;
DROP TRIGGER dialogue_part_changed ON dialogue_theme;
DROP TRIGGER dialogue_new_rules ON dialogue_consultation;
DROP FUNCTION dialogue_municipality_changed();
DROP FUNCTION dialogue_part_changed();
DROP FUNCTION dialogue_new_rules();
DROP SEQUENCE dialogue_rules_version_seq;
"""


class Migration(migrations.Migration):
    dependencies = [("dialogue", "0002_initial"), ("people", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="consultation",
            name="rules_version",
            field=models.BigIntegerField(default=0, editable=False),
        ),
        migrations.RunSQL(TRIGGERS, REMOVE),
    ]
