namespace BulkMover.ObjectStores.Requests;

/// <summary>What a request is for, for messages.</summary>
internal enum StoreAct
{
    Read,
    Write,
    Copy,
    Delete,
}

internal static class StoreActs
{
    public static string Verb(this StoreAct act) => act switch
    {
        StoreAct.Read => "read",
        StoreAct.Write => "write",
        StoreAct.Copy => "copy to",
        _ => "delete",
    };
}
