"""The log is append-only: the database itself refuses to change or delete a row."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION audit_auditentry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_auditentry is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_auditentry_append_only BEFORE UPDATE OR DELETE ON audit_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_auditentry_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(APPEND_ONLY, "DROP TRIGGER audit_auditentry_append_only ON audit_auditentry; DROP FUNCTION audit_auditentry_append_only()")
    ]
